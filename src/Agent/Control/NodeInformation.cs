using System.Net;
using System.Net.Sockets;
using Postern.Agent.Registration;
using Postern.Protocol.AwsJson;
using Postern.Protocol.Messages;

namespace Postern.Agent.Control;

/// <summary>Tells the gateway every five minutes that the node lives, and what it is.</summary>
internal sealed class NodeInformation(GatewayLink link, NodeRegistration registration, NodeCredentials credentials, Reachability reachability, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5), FirstRetry = TimeSpan.FromSeconds(2), LastRetry = TimeSpan.FromSeconds(30);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var backoff = new Backoff(FirstRetry, LastRetry);
        while (true)
        {
            var wait = Interval;
            try
            {
                await credentials.GetAsync(cancellationToken);
                await link.Signed.CallAsync(SsmOperations.UpdateInstanceInformation, await DescribeAsync(cancellationToken), cancellationToken);
                backoff.Reset();
            }
            catch (Exception error) when (GatewayFailure.IsExpected(error) && !cancellationToken.IsCancellationRequested)
            {
                if (error is AwsErrorException refused)
                    credentials.OnRefused(refused);
                reachability.Failed(error);
                wait = backoff.Next();
            }
            await Task.Delay(wait, time, cancellationToken);
        }
    }

    private async Task<UpdateInstanceInformationRequest> DescribeAsync(CancellationToken cancellationToken)
    {
        var release = OsRelease.Read();
        return new UpdateInstanceInformationRequest
        {
            InstanceId = registration.InstanceId,
            AgentName = "postern-agent",
            AgentStatus = "Active",
            AgentVersion = ProtocolVersions.Agent,
            AvailabilityZone = "",
            AvailabilityZoneId = "",
            ComputerName = Dns.GetHostName(),
            IPAddress = await FindAddressAsync(cancellationToken),
            PlatformType = "Linux",
            PlatformName = release.Name,
            PlatformVersion = release.Version,
            SSMConnectionChannel = "ssmmessages",
        };
    }

    // The address of the interface that leads to the gateway. Connecting a datagram socket sends nothing.
    private async Task<string> FindAddressAsync(CancellationToken cancellationToken)
    {
        var endpoint = new Uri(registration.Endpoint);
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(endpoint.IdnHost, cancellationToken);
            using var socket = new Socket(addresses[0].AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            await socket.ConnectAsync(addresses[0], endpoint.Port, cancellationToken);
            return ((IPEndPoint)socket.LocalEndPoint!).Address.ToString();
        }
        catch (SocketException)
        {
            return ""; // behind a proxy the gateway's name may be unknown here
        }
    }
}
