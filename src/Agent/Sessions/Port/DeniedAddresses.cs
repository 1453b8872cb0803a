using System.Net;

namespace Postern.Agent.Sessions.Port;

/// <summary>
/// Addresses no session may reach: the services a cloud offers to the machine itself (metadata, DNS, time, container credentials). Who
/// may open a tunnel must not become the machine.
/// </summary>
internal static class DeniedAddresses
{
    private const int V4InV6Offset = 12;

    private static readonly HashSet<IPAddress> Denied = new(new[]
    {
        "169.254.169.254", "fd00:ec2::254", "169.254.169.253", "fd00:ec2::253", "169.254.169.123", "fd00:ec2::123",
        "169.254.169.250", "169.254.169.251", "fd00:ec2::240",
    }.Select(IPAddress.Parse));

    public static bool Contains(IPAddress address)
    {
        if (Denied.Contains(Plain(address)))
            return true;
        return Embedded(address) is { } inner && Denied.Contains(inner);
    }

    // Without scope: fe80-like zone ids must not make an address look different.
    private static IPAddress Plain(IPAddress address)
        => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes());

    // An IPv4 address inside IPv6: ::a.b.c.d, and 64:ff9b::a.b.c.d, which a NAT64 turns back into it.
    private static IPAddress? Embedded(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        if (bytes.Length != 16)
            return null;
        ReadOnlySpan<byte> translated = [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0];
        var prefix = bytes.AsSpan(0, V4InV6Offset);
        return prefix.SequenceEqual(translated) || !prefix.ContainsAnyExcept((byte)0) ? new IPAddress(bytes.AsSpan(V4InV6Offset)) : null;
    }
}
