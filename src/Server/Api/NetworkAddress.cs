using System.Net;
using System.Net.Sockets;

namespace Postern.Server.Api;

/// <summary>Whom an address counts as, where addresses share something: a network of IPv6 (/64) is one, since its owner has them all.</summary>
internal static class NetworkAddress
{
    private const int NetworkBytes = 8;

    /// <param name="address">Null, for an unknown one, counts as one address, too.</param>
    public static IPAddress Of(IPAddress? address)
    {
        if (address is null)
            return IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return new IPAddress(bytes);
    }
}
