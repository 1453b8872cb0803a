using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Postern.Client;
using Postern.Client.Transport;
using Postern.Protocol.Messages;
using Postern.Tests.Support;

namespace Postern.Tests.Agent.Host;

/// <summary>The real agent with the real gateway: what a node goes through.</summary>
public sealed class NodeLifeTests : IDisposable
{
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly StringBuilder _seen = new();

    public NodeLifeTests() => _server.Start();

    public void Dispose() => _server.Dispose();

    private int Port => ((IPEndPoint)_server.LocalEndpoint).Port;

    [Fact]
    public async Task A_registered_node_comes_online_and_serves_a_port()
    {
        await using var gateway = await ServerHost.StartAsync();
        await using var node = await NodeUnderTest.StartAsync(gateway);
        using var transport = NewTransport(gateway);
        await using var session = await node.OpenPortAsync(Port, ClientOf(gateway, transport));
        using var server = await OpenAsync(session);
        await server.SendAsync("hello"u8.ToArray());
        await SeeAsync("hello");
        await session.SendAsync(PayloadType.Output, "answer"u8.ToArray(), CancellationToken.None);
        Assert.Equal("answer", await ReadAsync(server, 6));
        server.Dispose();
        var end = await session.Ended.WaitAsync(NodeUnderTest.Deadline);
        Assert.Equal((SessionEndReason.ChannelClosed, ""), (end.Reason, end.Output));
    }

    [Fact]
    public async Task A_node_that_stops_tells_the_people_of_its_sessions()
    {
        await using var gateway = await ServerHost.StartAsync();
        await using var node = await NodeUnderTest.StartAsync(gateway);
        using var transport = NewTransport(gateway);
        await using var session = await node.OpenPortAsync(Port, ClientOf(gateway, transport));
        using var server = await OpenAsync(session);
        await node.StopAsync();
        var end = await session.Ended.WaitAsync(NodeUnderTest.Deadline);
        Assert.Equal($"the agent on {node.NodeId} is stopping", end.Output);
        Assert.Equal(0, await server.ReceiveAsync(new byte[1]).WaitAsync(NodeUnderTest.Deadline));
    }

    [Fact]
    public async Task A_session_outlives_a_restart_of_the_gateway_and_loses_nothing()
    {
        await using var gateway = await ServerHost.StartAsync();
        await using var node = await NodeUnderTest.StartAsync(gateway);
        using var transport = NewTransport(gateway);
        await using var session = await node.OpenPortAsync(Port, ClientOf(gateway, transport));
        using var server = await OpenAsync(session);
        await server.SendAsync("before "u8.ToArray());
        await gateway.StopServerAsync();
        await server.SendAsync("during "u8.ToArray());
        await session.SendAsync(PayloadType.Output, "typed meanwhile"u8.ToArray(), CancellationToken.None);
        await gateway.StartAgainAsync();
        await node.UntilConnectedAsync();
        await server.SendAsync("after"u8.ToArray());
        await SeeAsync("before during after");
        Assert.Equal("typed meanwhile", await ReadAsync(server, 15));
    }

    [Fact]
    public async Task A_port_nobody_listens_on_is_named_to_the_person()
    {
        using var bound = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)bound.LocalEndPoint!).Port;
        await using var gateway = await ServerHost.StartAsync();
        await using var node = await NodeUnderTest.StartAsync(gateway);
        using var transport = NewTransport(gateway);
        await using var session = await node.OpenPortAsync(port, ClientOf(gateway, transport));
        var end = await session.Ended.WaitAsync(NodeUnderTest.Deadline);
        Assert.Equal($"Unable to connect to specified port: localhost:{port} of {node.NodeId}: connection refused", end.Output);
    }

    private static GatewayTransport NewTransport(ServerHost gateway)
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(gateway.CaFile);
        return new GatewayTransport(roots);
    }

    private static SessionClient ClientOf(ServerHost gateway, GatewayTransport transport) => new(transport, new SessionClientOptions
    {
        Endpoint = gateway.Endpoint,
        Region = gateway.Options.Region,
        Credentials = () => gateway.Administrator,
    });

    private async Task<Socket> OpenAsync(ClientSession session)
    {
        session.Attach((_, payload, _) =>
        {
            lock (_seen)
                _seen.Append(Encoding.ASCII.GetString(payload.Span));
            return ValueTask.CompletedTask;
        });
        await session.Ready.WaitAsync(NodeUnderTest.Deadline);
        return await _server.AcceptSocketAsync().WaitAsync(NodeUnderTest.Deadline);
    }

    private async Task SeeAsync(string text)
    {
        using var deadline = new CancellationTokenSource(NodeUnderTest.Deadline);
        while (!Seen.Contains(text, StringComparison.Ordinal))
            await Task.Delay(20, deadline.Token);
    }

    private string Seen
    {
        get
        {
            lock (_seen)
                return _seen.ToString();
        }
    }

    private static async Task<string> ReadAsync(Socket socket, int count)
    {
        var buffer = new byte[count];
        for (var filled = 0; filled < count;)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(filled)).AsTask().WaitAsync(NodeUnderTest.Deadline);
            Assert.NotEqual(0, read);
            filled += read;
        }
        return Encoding.ASCII.GetString(buffer);
    }
}
