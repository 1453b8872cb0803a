using System.Net;

namespace Postern.Agent.Sessions.Port;

/// <summary>
/// Addresses no session may reach: the services a cloud offers to the machine itself (metadata, DNS, time, container credentials). Who
/// may open a tunnel must not become the machine.
/// </summary>
internal static class DeniedAddresses
{
    private const int V6Length = 16, V4InV6Offset = 12;
    private static readonly byte[] LocalNat64 = [0, 0x64, 0xff, 0x9b, 0, 1], SixToFour = [0x20, 0x02];

    /// <summary>::a.b.c.d, ::ffff:0:a.b.c.d, 64:ff9b::a.b.c.d and 64:ff9b:1:…:a.b.c.d.</summary>
    private static readonly byte[][] EndsInV4 =
    [
        new byte[V4InV6Offset], [0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0], [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0], LocalNat64,
    ];

    private static readonly HashSet<IPAddress> Denied = new(new[]
    {
        "169.254.169.254", "fd00:ec2::254", "169.254.169.253", "fd00:ec2::253", "169.254.169.123", "fd00:ec2::123",
        "169.254.169.250", "169.254.169.251", "fd00:ec2::240",
    }.Select(IPAddress.Parse));

    public static bool Contains(IPAddress address) => Denied.Contains(Plain(address)) || Embedded(address.GetAddressBytes()).Any(Denied.Contains);

    // Without scope: fe80-like zone ids must not make an address look different.
    private static IPAddress Plain(IPAddress address)
        => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes());

    // IPv4 addresses inside IPv6, which a translator or a tunnel on the way takes out again.
    private static IEnumerable<IPAddress> Embedded(byte[] bytes)
    {
        if (bytes.Length != V6Length)
            yield break;
        if (EndsInV4.Any(prefix => bytes.AsSpan().StartsWith(prefix)))
            yield return new IPAddress(bytes.AsSpan(V4InV6Offset));
        if (bytes.AsSpan().StartsWith(LocalNat64)) // such a prefix may also be used whole, with the address in the middle and a zero byte inside
            yield return new IPAddress([bytes[6], bytes[7], bytes[9], bytes[10]]);
        if (bytes.AsSpan().StartsWith(SixToFour))
            yield return new IPAddress(bytes.AsSpan(SixToFour.Length, V6Length - V4InV6Offset));
    }
}
