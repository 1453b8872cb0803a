using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Postern.Client;
using Postern.Client.Ports;
using Postern.Protocol.Messages;
using Postern.Protocol.Smux;
using Postern.Tests.DataStream;

namespace Postern.Tests.Client;

public sealed class PortForwardTests
{
    private const string Forwarding = """{"portNumber":"80","type":"LocalPortForwarding"}""";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Many_connections_carry_their_own_bytes(bool extended)
    {
        await using var forward = await ForwardUnderTest.StartAsync(extended, EchoAsync);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            using var client = await forward.ConnectAsync();
            var sent = RandomNumberGenerator.GetBytes(50_000 + i);
            var sending = client.SendAsync(sent, SocketFlags.None);
            Assert.Equal(sent, await ReadAsync(client, sent.Length));
            await sending;
        })).WaitAsync(Deadline.Time);
    }

    [Fact]
    public async Task Half_close_passes_between_our_own_ends()
    {
        await using var forward = await ForwardUnderTest.StartAsync(extended: true, async stream =>
        {
            var all = await ReadToEndAsync(stream);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"REPLY {all.Length}"), CancellationToken.None);
            await stream.CompleteAsync(CancellationToken.None);
        });
        using var client = await forward.ConnectAsync();
        await client.SendAsync("hello"u8.ToArray(), SocketFlags.None);
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal("REPLY 5", Encoding.ASCII.GetString(await ReadToEndAsync(client)));
    }

    [Fact]
    public async Task Client_that_stops_reading_does_not_stop_the_others()
    {
        await using var forward = await ForwardUnderTest.StartAsync(extended: true, async stream =>
        {
            var first = new byte[1];
            await stream.ReadAsync(first, CancellationToken.None);
            if (first[0] == (byte)'e')
            {
                await stream.WriteAsync(first, CancellationToken.None);
                return;
            }
            var block = new byte[64 * 1024];
            for (var i = 0; i < 256; i++) // more than windows and socket buffers hold
                await stream.WriteAsync(block, CancellationToken.None);
        });
        using var stuck = await forward.ConnectAsync();
        await stuck.SendAsync("x"u8.ToArray(), SocketFlags.None);
        Assert.Equal(1, await stuck.ReceiveAsync(new byte[1]).WaitAsync(Deadline.Time));
        for (var i = 0; i < 5; i++)
        {
            using var other = await forward.ConnectAsync();
            await other.SendAsync("e"u8.ToArray(), SocketFlags.None);
            Assert.Equal("e"u8.ToArray(), await ReadAsync(other, 1));
        }
    }

    [Fact]
    public async Task Failed_destination_is_reported_with_its_reason()
    {
        var failure = new TaskCompletionSource<DestinationFailure>();
        await using var forward = await ForwardUnderTest.StartAsync(extended: true, s => s.AbortAsync("db:5432: connection refused").AsTask(), failure.SetResult);
        var connecting = forward.ConnectAsync(); // may be reset before it is even reported as connected
        Assert.Equal(new DestinationFailure("db:5432: connection refused", Before: true), await failure.Task.WaitAsync(Deadline.Time));
        await Record.ExceptionAsync(async () => (await connecting).Dispose());
    }

    [Fact]
    public async Task Flag_of_a_stock_agent_reports_a_failed_destination()
    {
        var failure = new TaskCompletionSource<DestinationFailure>();
        await using var forward = await ForwardUnderTest.StartAsync(extended: false, EchoAsync, failure.SetResult);
        await forward.Node.SendAsync(PayloadType.Flag, [0, 0, 0, 3]);
        Assert.Equal(new DestinationFailure(null, Before: true), await failure.Task.WaitAsync(Deadline.Time));
    }

    [Fact]
    public async Task Old_agent_gets_one_connection_after_another_with_a_flag_between()
    {
        await using var node = new FakeNode();
        await using var session = node.Open();
        await node.HandshakeAsync("Port", Forwarding, agentVersion: "3.0.196.0");
        var facts = await session.Ready.WaitAsync(Deadline.Time);
        Assert.False(facts.Multiplexed);
        using var listener = LocalListener.OnPort(0);
        using var stop = new CancellationTokenSource();
        var running = PortForward.RunAsync(session, facts, listener, new PortForwardEvents(), stop.Token);
        foreach (var word in (string[])["one", "two"])
        {
            using (var client = new TcpClient())
            {
                await client.ConnectAsync(IPAddress.Loopback, listener.Port).WaitAsync(Deadline.Time);
                await client.Client.SendAsync(Encoding.ASCII.GetBytes(word), SocketFlags.None);
                Assert.Equal(word, Encoding.ASCII.GetString((await node.ReceiveAsync()).Payload));
                await node.SendAsync(PayloadType.Output, "\n");
                Assert.Equal("\n"u8.ToArray(), await ReadAsync(client.Client, 1));
            }
            var (type, flag) = await node.ReceiveAsync();
            Assert.Equal(PayloadType.Flag, type);
            Assert.Equal("00000001", Convert.ToHexString(flag));
        }
        await stop.CancelAsync();
        await running.WaitAsync(Deadline.Time);
    }

    [Fact]
    public async Task Cut_socket_in_the_middle_of_a_transfer_loses_nothing()
    {
        await using var forward = await ForwardUnderTest.StartAsync(extended: true, EchoAsync);
        using var client = await forward.ConnectAsync();
        var sent = RandomNumberGenerator.GetBytes(4_000_000);
        var sending = client.SendAsync(sent, SocketFlags.None);
        var first = await ReadAsync(client, 100_000);
        forward.Node.Cut();
        var rest = await ReadAsync(client, sent.Length - first.Length);
        Assert.Equal(SHA256.HashData(sent), SHA256.HashData([.. first, .. rest]));
        await sending;
        Assert.True(forward.Node.Resumed > 0);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 80)] // each stream may send 64 KiB before it hears of the peer
    public async Task Stop_ends_uploads_that_wait_for_a_line_that_takes_nothing(bool extended, int connections)
    {
        await using var forward = await ForwardUnderTest.StartAsync(extended, EchoAsync);
        forward.Node.OnData = async (_, _, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, token); // nothing is acknowledged
            return true;
        };
        var clients = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => forward.ConnectAsync()));
        var upload = new byte[64 * 1024 * 1024];
        var uploading = clients.Select(client => client.SendAsync(upload, SocketFlags.None)).ToList();
        await forward.WindowIsFullAsync();
        await forward.StopAsync();
        Assert.Equal(SessionEndReason.Terminated, (await forward.Ended.WaitAsync(Deadline.Time)).Reason);
        Assert.Equal(1, forward.Node.Terminated);
        await Task.WhenAll(uploading.Select(one => Assert.ThrowsAsync<SocketException>(() => one))).WaitAsync(Deadline.Time);
        Array.ForEach(clients, client => client.Dispose());
    }

    private static async Task EchoAsync(MuxStream stream)
    {
        var buffer = new byte[32 * 1024];
        int count;
        while ((count = await stream.ReadAsync(buffer, CancellationToken.None)) > 0)
            await stream.WriteAsync(buffer.AsMemory(0, count), CancellationToken.None);
        await stream.CompleteAsync(CancellationToken.None);
    }

    private static async Task<byte[]> ReadToEndAsync(MuxStream stream)
    {
        var all = new MemoryStream();
        var buffer = new byte[4096];
        int count;
        while ((count = await stream.ReadAsync(buffer, CancellationToken.None)) > 0)
            all.Write(buffer, 0, count);
        return all.ToArray();
    }

    private static async Task<byte[]> ReadToEndAsync(Socket socket)
    {
        var all = new MemoryStream();
        var buffer = new byte[4096];
        int count;
        while ((count = await socket.ReceiveAsync(buffer).WaitAsync(Deadline.Time)) > 0)
            all.Write(buffer, 0, count);
        return all.ToArray();
    }

    private static async Task<byte[]> ReadAsync(Socket socket, int count)
    {
        var buffer = new byte[count];
        using var stream = new NetworkStream(socket);
        await stream.ReadExactlyAsync(buffer).AsTask().WaitAsync(Deadline.Time);
        return buffer;
    }
}
