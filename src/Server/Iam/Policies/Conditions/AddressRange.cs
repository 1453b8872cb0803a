using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Postern.Server.Iam.Policies.Conditions;

/// <summary>An address with a prefix, in IPv4 or IPv6. IPv4 addresses written as IPv6 ones (::ffff:192.0.2.1) are IPv4 addresses.</summary>
internal readonly record struct AddressRange(AddressFamily Family, UInt128 Address, int Prefix)
{
    private const int V4Bits = 32;
    private const int V6Bits = 128;
    private const int MappedBits = V6Bits - V4Bits;
    private const int LongestText = 64;

    /// <summary>203.0.113.0/24, 203.0.113.7, 2001:db8::/32. Bits behind the prefix do not matter.</summary>
    public static bool TryRead(string text, out AddressRange range)
    {
        range = default;
        var slash = text.IndexOf('/');
        var literal = slash < 0 ? text : text[..slash];
        // IPAddress also reads 127.1, 0x7f000001 and names of interfaces; a policy must mean one thing.
        if (text.Length > LongestText || literal.Contains('%') || literal.Contains('[') || !IPAddress.TryParse(literal, out var address))
            return false;
        var v4 = address.AddressFamily == AddressFamily.InterNetwork;
        if (v4 && address.ToString() != literal)
            return false;
        var bits = v4 ? V4Bits : V6Bits;
        var prefix = bits;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out prefix) || prefix > bits))
            return false;
        if (address.IsIPv4MappedToIPv6 && prefix >= MappedBits)
        {
            address = address.MapToIPv4();
            prefix -= MappedBits;
            v4 = true;
        }
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        address.TryWriteBytes(v4 ? bytes[12..] : bytes, out _);
        range = new(v4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6, BinaryPrimitives.ReadUInt128BigEndian(bytes), prefix);
        return true;
    }

    /// <summary>A range is contained when all of its addresses are.</summary>
    public bool Contains(AddressRange other)
    {
        var bits = Family == AddressFamily.InterNetwork ? V4Bits : V6Bits;
        // A shift by the whole width would be one by nothing.
        return Family == other.Family && Prefix <= other.Prefix && (Prefix == 0 || (Address ^ other.Address) >> (bits - Prefix) == UInt128.Zero);
    }
}
