using System.Net;
using System.Net.Sockets;
using Postern.Server.Settings;

namespace Postern.Server.Events.Endpoints;

/// <summary>
/// Where webhooks may go. An endpoint is chosen by whoever may make API destinations, and called from where the gateway stands; so it must not
/// reach what only the gateway's own machine can: loopback, link-local addresses (with them the metadata services of clouds), and addresses that are none
/// of one machine. Looked at after the name was resolved, on the address that is connected to. Private networks are allowed: that is where teams run things.
/// </summary>
internal sealed class AddressGuard(ServerOptions options)
{
    private static readonly IPNetwork[] Refused =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("100.100.100.200/32"), IPNetwork.Parse("192.0.0.0/24"),
        IPNetwork.Parse("168.63.129.16/32"), IPNetwork.Parse("224.0.0.0/4"), IPNetwork.Parse("240.0.0.0/4"),
        IPNetwork.Parse("::/127"), IPNetwork.Parse("fe80::/10"), IPNetwork.Parse("fec0::/10"), IPNetwork.Parse("ff00::/8"), IPNetwork.Parse("fd00:ec2::/32"), IPNetwork.Parse("fd20:ce::/32"),
    ];

    private const int MappedSize = 4;

    /// <summary>IPv6 networks whose addresses carry an IPv4 address, and where.</summary>
    private static readonly (IPNetwork Network, int At)[] Carrying =
    [
        (IPNetwork.Parse("64:ff9b::/96"), 12), (IPNetwork.Parse("64:ff9b:1::/48"), 12), (IPNetwork.Parse("2002::/16"), 2), (IPNetwork.Parse("::/96"), 12),
    ];

    public bool Allows(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (options.WebhookAllow.Any(network => network.Contains(address)))
            return true;
        if (Refused.Any(network => network.Contains(address)))
            return false;
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            foreach (var (network, at) in Carrying)
                if (network.Contains(address) && !Allows(new IPAddress(address.GetAddressBytes().AsSpan(at, MappedSize))))
                    return false;
        return true;
    }

    /// <summary>Whether the operator allowed this address by name in the settings: to those, http without TLS is allowed, too.</summary>
    public bool IsListed(IPAddress address) => options.WebhookAllow.Any(network => network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));

    /// <summary>Connects to the first allowed address of a name.</summary>
    /// <exception cref="RefusedAddressException">None is allowed.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host.Trim('[', ']');
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        var plain = context.InitialRequestMessage.RequestUri?.Scheme == Uri.UriSchemeHttp;
        var allowed = Array.FindAll(addresses, address => Allows(address) && (!plain || IsListed(address)));
        if (allowed.Length == 0)
            throw new RefusedAddressException(plain
                ? $"{host} is called without TLS, which is for addresses of the gateway's setting webhook-allow only"
                : $"{host} is {string.Join(", ", addresses.Take(3).Select(address => address.ToString()))}, which webhooks may not reach; the gateway's setting webhook-allow can allow it");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A webhook would have reached what it may not.</summary>
internal sealed class RefusedAddressException(string message) : Exception(message);
