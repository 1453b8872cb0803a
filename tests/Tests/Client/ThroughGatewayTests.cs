using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Postern.Client;
using Postern.Client.Transport;
using Postern.Protocol.AwsJson;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;
using Postern.Tests.DataStream;
using Postern.Tests.Support;
using SessionOptions = Postern.Client.SessionOptions;

namespace Postern.Tests.Client;

/// <summary>The client against the real gateway, over TLS; the node's end is a data stream.</summary>
public sealed class ThroughGatewayTests
{
    [Theory]
    [InlineData(true)] // the API call and the data channel share a connection
    [InlineData(false)] // the data channel is all there is, as for the plugin
    public async Task Session_opens_carries_data_and_leaves_nothing_behind(bool shared)
    {
        await using var host = await ServerHost.StartAsync();
        using var node = await Gateway.FakeNode.RegisterAsync(host);
        using var control = await node.OpenControlAsync();
        using var transport = Trusting(host);
        using var other = Trusting(host);
        var client = Client(host, transport);
        var started = await client.CallAsync(SsmOperations.StartSession, new StartSessionRequest { Target = node.Id }, default);
        await using var session = (shared ? client : Client(host, other)).Open(started, new SessionOptions());
        await using var agent = await AgentEnd.AttachAsync(node, session.SessionId);
        await agent.Stream.SendAsync(PayloadType.Output, "$ "u8.ToArray(), default);
        await session.Ready.WaitAsync(Deadline.Time);
        var output = new OutputRecorder(session);
        Assert.Equal("$ ", await output.ReadAsync(2));
        await session.SendAsync(PayloadType.Output, "ls\r"u8.ToArray(), default);
        Assert.Equal("ls\r"u8.ToArray(), await agent.ReceiveAsync());
        await session.TerminateAsync();
        Assert.Empty((await client.CallAsync(SsmOperations.DescribeSessions, new DescribeSessionsRequest
        {
            State = "Active",
            Filters = [new SessionFilter { Key = "Status", Value = "Connected" }],
        }, default)).Sessions!);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Gateway_of_another_authority_is_not_trusted_on_either_way(bool early)
    {
        await using var host = await ServerHost.StartAsync();
        using var stranger = X509CertificateLoader.LoadCertificate(X509Certificate2.CreateFromPem(Cli.TestCertificate.Pem("stranger")).RawData);
        using var transport = new GatewayTransport([stranger]);
        if (early)
            transport.Prepare(host.Endpoint);
        var error = await Assert.ThrowsAnyAsync<Exception>(() => transport.OpenWebSocketAsync(host.SocketEndpoint, default).WaitAsync(Deadline.Time));
        Assert.IsType<AuthenticationException>(error.GetBaseException());
        error = await Assert.ThrowsAsync<HttpRequestException>(() => Client(host, transport).CallAsync(SsmOperations.DescribeSessions, new() { State = "Active" }, default).WaitAsync(Deadline.Time));
        Assert.IsType<AuthenticationException>(error.GetBaseException());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Address_that_is_no_data_channel_is_refused_by_a_websocket_error(bool warm)
    {
        await using var host = await ServerHost.StartAsync();
        using var transport = Trusting(host);
        if (warm)
            await Client(host, transport).CallAsync(SsmOperations.DescribeSessions, new() { State = "Active" }, default);
        await Assert.ThrowsAsync<WebSocketException>(() => transport.OpenWebSocketAsync(new Uri(host.SocketEndpoint, "/nothing"), default).WaitAsync(Deadline.Time));
    }

    private static GatewayTransport Trusting(ServerHost host)
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(host.CaFile);
        return new GatewayTransport(roots);
    }

    private static SessionClient Client(ServerHost host, GatewayTransport transport)
        => new(transport, new SessionClientOptions { Endpoint = host.Endpoint, Region = host.Options.Region, Credentials = () => host.Administrator });
}
