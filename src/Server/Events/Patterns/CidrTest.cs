using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Postern.Server.Events.Patterns;

/// <summary>A text that is an address of a network.</summary>
internal sealed class CidrTest : ValueTest
{
    private readonly byte[] _network;
    private readonly int _bits;

    /// <exception cref="FormatException">Its message is the reason.</exception>
    public CidrTest(string cidr)
    {
        if (cidr.Split('/') is not [var address, var mask])
            throw new FormatException("Malformed CIDR, one '/' required");
        if (Parse(address) is not { } network)
            throw new FormatException($"Nonstandard IP address: {address}");
        if (!int.TryParse(mask, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _bits))
            throw new FormatException("Malformed CIDR, mask bits must be an integer");
        if (_bits < 0)
            throw new FormatException("Malformed CIDR, mask bits must not be negative");
        _network = network;
        if (_bits > network.Length * 8)
            throw new FormatException($"{(network.Length == 4 ? "IPv4" : "IPv6")} mask bits must be <= {network.Length * 8}");
    }

    public override bool Matches(in Leaf leaf)
    {
        if (leaf.Text is not { } text || Parse(text) is not { } address || address.Length != _network.Length)
            return false;
        var whole = _bits / 8;
        return address.AsSpan(0, whole).SequenceEqual(_network.AsSpan(0, whole))
            && (_bits % 8 == 0 || (address[whole] ^ _network[whole]) >> (8 - (_bits % 8)) == 0);
    }

    /// <summary>Four decimal numbers, or an IPv6 address without a zone: other spellings are read differently elsewhere.</summary>
    private static byte[]? Parse(string text)
    {
        const int Longest = 45;
        if (text.Length > Longest || text.Contains('%') || text.Contains('[') || !IPAddress.TryParse(text, out var address))
            return null;
        return address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == text ? address.GetAddressBytes() : null;
    }
}
