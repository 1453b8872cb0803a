using System.Net.WebSockets;
using System.Security.Cryptography;
using Postern.Protocol.AwsJson;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;
using Postern.Tests.DataStream;
using Postern.Tests.Support;
using Stream = Postern.Protocol.DataStream.DataStream;

namespace Postern.Tests.Gateway;

/// <summary>A gateway that is restarted, and sockets that are cut, under a session of two reliable ends.</summary>
public sealed class RestartTests
{
    private const int Messages = 400;
    private static readonly byte[] Payload = RandomNumberGenerator.GetBytes(1024);

    [Theory]
    [InlineData("gateway")]
    [InlineData("agent")]
    [InlineData("client")]
    public async Task No_byte_is_lost_when_something_breaks_under_load(string what)
    {
        await using var host = await ServerHost.StartAsync();
        using var node = await FakeNode.RegisterAsync(host);
        var control = await node.OpenControlAsync();
        var api = host.CreateApiClient();
        var started = await api.CallAsync(SsmOperations.StartSession, new StartSessionRequest { Target = node.Id }, default);

        using var stop = new CancellationTokenSource();
        var (atAgent, atClient) = (new RecordingReceiver(), new RecordingReceiver());
        await using var agent = new Stream(new DataStreamOptions { Side = StreamSide.Agent }, atAgent, TimeProvider.System);
        await using var client = new Stream(new DataStreamOptions { Side = StreamSide.Client }, atClient, TimeProvider.System);
        WebSocket? agentSocket = null, clientSocket = null;
        var running = Task.WhenAll(
            RunAsync(agent, async () => agentSocket = await node.OpenDataAsync(started.SessionId!), stop.Token),
            RunAsync(client, async () => clientSocket = await OpenClientAsync(host, started, clientSocket is not null), stop.Token));

        var sending = Task.WhenAll(SendAsync(agent), SendAsync(client));
        await ExpectAsync(atClient, 0, Messages / 4); // in the middle of it
        switch (what)
        {
            case "gateway": await host.RestartAsync(); break;
            case "agent": agentSocket!.Abort(); break;
            case "client": clientSocket!.Abort(); break;
        }
        await ExpectAsync(atClient, Messages / 4, Messages);
        await ExpectAsync(atAgent, 0, Messages);
        await sending.WaitAsync(Deadline.Time);
        var page = await host.CreateApiClient().CallAsync(SsmOperations.DescribeSessions, new DescribeSessionsRequest { State = "Active" }, default);
        Assert.Equal(started.SessionId, Assert.Single(page.Sessions!).SessionId);
        await stop.CancelAsync();
        await running.WaitAsync(Deadline.Time);
        control.Dispose();
    }

    private static async Task<WebSocket> OpenClientAsync(ServerHost host, StartSessionResponse started, bool again)
    {
        var token = again ? (await host.CreateApiClient().CallAsync(SsmOperations.ResumeSession, new ResumeSessionRequest { SessionId = started.SessionId }, default)).TokenValue! : started.TokenValue!;
        return await FakeNode.OpenClientAsync(host, started.StreamUrl!, token);
    }

    /// <summary>As both of our ends do: a socket that is lost is followed by another.</summary>
    private static async Task RunAsync(Stream stream, Func<Task<WebSocket>> open, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var socket = await open();
                if (await stream.RunAsync(socket, stop) != SocketEnd.Lost)
                    return;
            }
            catch (Exception e) when (e is WebSocketException or HttpRequestException or AwsErrorException or Xunit.Sdk.XunitException or ObjectDisposedException or InvalidOperationException)
            {
                await Task.Delay(50, CancellationToken.None); // the gateway is not back yet
            }
        }
    }

    private static async Task SendAsync(Stream stream)
    {
        for (var i = 0; i < Messages; i++)
            await stream.SendAsync(PayloadType.Output, Numbered(i), default);
        Assert.True(await stream.FlushAsync(Deadline.Time, default));
    }

    private static async Task ExpectAsync(RecordingReceiver receiver, int from, int to)
    {
        for (var i = from; i < to; i++)
            Assert.Equal(Numbered(i), (await receiver.NextAsync()).Payload);
    }

    private static byte[] Numbered(int number)
    {
        var bytes = Payload.ToArray();
        BitConverter.TryWriteBytes(bytes, number);
        return bytes;
    }
}
