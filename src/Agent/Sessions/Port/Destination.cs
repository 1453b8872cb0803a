using System.Net;
using System.Net.Sockets;

namespace Postern.Agent.Sessions.Port;

/// <summary>
/// The place a port session connects to. The name is resolved here, on the node; every address is checked, and only checked
/// addresses are dialled.
/// </summary>
internal sealed class Destination(PortProperties properties, string nodeId, TimeProvider time)
{
    /// <summary>For the last address; the ones before it get less, so that one dead address does not use up the patience of a client.</summary>
    private static readonly TimeSpan DialLimit = TimeSpan.FromSeconds(10), FirstDialLimit = TimeSpan.FromSeconds(3);

    public const string Refused = "connection refused";

    /// <summary>host:port of node, for messages.</summary>
    public string Name => $"{properties.Name} of {nodeId}";

    /// <summary>Throws <see cref="SessionFailedException"/> when the name is unknown or an address is forbidden.</summary>
    public async Task<IPAddress[]> ResolveAsync(CancellationToken cancellationToken)
    {
        IPAddress[] addresses;
        try
        {
            addresses = IPAddress.TryParse(properties.Host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(properties.Host, cancellationToken);
        }
        catch (SocketException error)
        {
            throw new SessionFailedException($"cannot resolve host {properties.Host} on node {nodeId}: {ReasonOf(error)}");
        }
        catch (ArgumentException)
        {
            throw new SessionFailedException($"cannot resolve host {properties.Host} on node {nodeId}: not a host name");
        }
        foreach (var address in addresses)
            if (DeniedAddresses.Contains(address))
                throw new SessionFailedException($"Forwarding to IP address {address} is forbidden.");
        return addresses;
    }

    /// <summary>A connection. Throws <see cref="DialException"/> with the reason of the last address tried.</summary>
    public async Task<Socket> DialAsync(CancellationToken cancellationToken)
    {
        var addresses = await ResolveAsync(cancellationToken);
        var reason = "no such host";
        for (var i = 0; i < addresses.Length; i++)
        {
            var last = i == addresses.Length - 1;
            (var socket, reason) = await TryDialAsync(addresses[i], last ? DialLimit : FirstDialLimit, cancellationToken);
            if (socket is not null)
                return socket;
        }
        throw new DialException(reason);
    }

    private async Task<(Socket? Socket, string Reason)> TryDialAsync(IPAddress address, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        Socket? socket = null;
        try
        {
            // Fails on a machine without IPv6, or with no file descriptor left.
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(new IPEndPoint(address, properties.Port), either.Token);
            return (socket, "");
        }
        catch (SocketException error)
        {
            socket?.Dispose();
            return (null, ReasonOf(error));
        }
        catch (OperationCanceledException)
        {
            socket?.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            return (null, $"no answer within {patience.TotalSeconds:0} s");
        }
    }

    private static string ReasonOf(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => Refused,
        SocketError.HostNotFound or SocketError.NoData => "no such host",
        SocketError.TryAgain => "the name server does not answer",
        SocketError.TimedOut => "no answer",
        SocketError.HostUnreachable => "no route to host",
        SocketError.NetworkUnreachable => "network is unreachable",
        _ => error.Message,
    };
}

/// <summary>A connection could not be made; the message is the reason alone.</summary>
internal sealed class DialException(string reason) : Exception(reason);
