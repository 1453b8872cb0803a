using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Postern.Protocol.Smux;
using Postern.Tests.DataStream;
using Postern.Tests.Support;

namespace Postern.Tests.Smux;

public sealed class TcpBridgeTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_bridges_carry_a_connection(bool extended)
    {
        await using var pair = new MuxPair(extended);
        var (client, server) = await pair.OpenAsync();
        var (person, personBridged) = await ConnectAsync();
        var (target, targetBridged) = await ConnectAsync();
        var bridges = Task.WhenAll(TcpBridge.RunAsync(personBridged, client, default), TcpBridge.RunAsync(targetBridged, server, default));
        var bytes = RandomNumberGenerator.GetBytes(3_000_000);

        var up = SendAsync(person, bytes);
        Assert.Equal(bytes, await ReceiveAsync(target, bytes.Length));
        var down = SendAsync(target, bytes);
        Assert.Equal(bytes, await ReceiveAsync(person, bytes.Length));
        await Task.WhenAll(up, down);

        target.Dispose();
        Assert.Equal(0, await person.ReceiveAsync(new byte[1]));
        person.Dispose();
        await bridges.WaitAsync(Deadline.Time);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_answer_comes_back_after_the_question_has_ended(bool extended)
    {
        await using var pair = new MuxPair(extended);
        var (client, server) = await pair.OpenAsync();
        var (person, personBridged) = await ConnectAsync();
        var (target, targetBridged) = await ConnectAsync();
        var bridges = Task.WhenAll(TcpBridge.RunAsync(personBridged, client, default), TcpBridge.RunAsync(targetBridged, server, default));

        await SendAsync(person, "question"u8.ToArray());
        person.Shutdown(SocketShutdown.Send);
        Assert.Equal("question"u8.ToArray(), await ReceiveAsync(target, 8));
        if (extended)
            Assert.Equal(0, await target.ReceiveAsync(new byte[1]).WaitAsync(Deadline.Time));
        await SendAsync(target, "answer"u8.ToArray());
        target.Shutdown(SocketShutdown.Send);
        Assert.Equal("answer"u8.ToArray(), await ReceiveAsync(person, 6));
        Assert.Equal(0, await person.ReceiveAsync(new byte[1]).WaitAsync(Deadline.Time));
        await bridges.WaitAsync(Deadline.Time);
        person.Dispose();
        target.Dispose();
    }

    [Fact]
    public async Task Version_1_ends_a_half_closed_connection_that_stays_idle()
    {
        var time = new ManualTime();
        await using var peer = new RawMuxPeer(new MuxOptions { Role = MuxRole.Client });
        var stream = await peer.Session.OpenAsync(default);
        var (person, bridged) = await ConnectAsync();
        var bridge = TcpBridge.RunAsync(bridged, stream, time, default);
        await SendAsync(person, "x"u8.ToArray());
        person.Shutdown(SocketShutdown.Send);
        Assert.Equal((0, 3u), Head(await peer.ReceiveAsync()));
        Assert.Equal((2, 3u), Head(await peer.ReceiveAsync()));

        // The FIN comes only after the idle time, and the end a while after that.
        await time.WaitForTimerAsync(BridgedConnection.HalfClosedIdle);
        time.Advance(BridgedConnection.HalfClosedIdle);
        Assert.Equal((1, 3u), Head(await peer.ReceiveAsync()));
        await time.WaitForTimerAsync(BridgedConnection.Linger);
        time.Advance(BridgedConnection.Linger);
        await bridge.WaitAsync(Deadline.Time);
        Assert.Equal(0, await person.ReceiveAsync(new byte[1]).WaitAsync(Deadline.Time));
        person.Dispose();
    }

    [Fact]
    public async Task Version_1_tells_the_person_at_once_that_the_target_has_ended()
    {
        await using var peer = new RawMuxPeer(new MuxOptions { Role = MuxRole.Server });
        await peer.SendAsync(0, 3);
        var (target, bridged) = await ConnectAsync();
        var bridge = TcpBridge.RunAsync(bridged, await peer.AcceptAsync(), default);
        await SendAsync(target, "x"u8.ToArray());
        target.Dispose();
        Assert.Equal((2, 3u), Head(await peer.ReceiveAsync()));
        Assert.Equal((1, 3u), Head(await peer.ReceiveAsync()));
        await peer.SendAsync(1, 3);
        await bridge.WaitAsync(Deadline.Time);
    }

    [Fact]
    public async Task Version_1_reads_what_comes_after_the_peers_end_so_that_nothing_is_reset()
    {
        await using var peer = new RawMuxPeer(new MuxOptions { Role = MuxRole.Client });
        var stream = await peer.Session.OpenAsync(default);
        var (person, bridged) = await ConnectAsync();
        var bridge = TcpBridge.RunAsync(bridged, stream, default);
        await peer.SendAsync(2, 3, "answer"u8.ToArray());
        await peer.SendAsync(1, 3);
        Assert.Equal("answer"u8.ToArray(), await ReceiveAsync(person, 6));
        await SendAsync(person, new byte[1_000_000]);
        Assert.Equal(0, await person.ReceiveAsync(new byte[1]).WaitAsync(Deadline.Time));
        person.Shutdown(SocketShutdown.Send);
        await bridge.WaitAsync(Deadline.Time);
        person.Dispose();
    }

    [Fact]
    public async Task A_reset_connection_aborts_the_stream()
    {
        await using var peer = new RawMuxPeer(new MuxOptions { Role = MuxRole.Client, Extended = true });
        var stream = await peer.Session.OpenAsync(default);
        var (person, bridged) = await ConnectAsync();
        var bridge = TcpBridge.RunAsync(bridged, stream, default);
        person.Close(0);
        await bridge.WaitAsync(Deadline.Time);
        Assert.Equal((0, 3u), Head(await peer.ReceiveAsync()));
        var (command, _, reason) = await peer.ReceiveAsync();
        Assert.Equal(5, command);
        Assert.NotEmpty(reason);
    }

    [Fact]
    public async Task An_aborted_stream_resets_the_connection()
    {
        await using var peer = new RawMuxPeer(new MuxOptions { Role = MuxRole.Client, Extended = true });
        var stream = await peer.Session.OpenAsync(default);
        var (person, bridged) = await ConnectAsync();
        var bridge = TcpBridge.RunAsync(bridged, stream, default);
        await peer.SendAsync(5, 3, "gone"u8.ToArray());
        await bridge.WaitAsync(Deadline.Time);
        var error = await Assert.ThrowsAsync<SocketException>(() => person.ReceiveAsync(new byte[1]).WaitAsync(Deadline.Time));
        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
        person.Dispose();
    }

    [Fact]
    public async Task Cancellation_ends_both()
    {
        await using var pair = new MuxPair(extended: true);
        var (client, server) = await pair.OpenAsync();
        var (person, bridged) = await ConnectAsync();
        using var stop = new CancellationTokenSource();
        var bridge = TcpBridge.RunAsync(bridged, client, stop.Token);
        await stop.CancelAsync();
        await bridge.WaitAsync(Deadline.Time);
        await Assert.ThrowsAsync<IOException>(() => server.ReadAsync(new byte[1], default).AsTask().WaitAsync(Deadline.Time));
        await Assert.ThrowsAsync<SocketException>(() => person.ReceiveAsync(new byte[1]).WaitAsync(Deadline.Time));
        person.Dispose();
    }

    private static (int, uint) Head((byte Command, uint Id, byte[] Body) frame) => (frame.Command, frame.Id);

    private static async Task<(Socket Ours, Socket Bridged)> ConnectAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var ours = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await ours.ConnectAsync(listener.LocalEndPoint!);
        return (ours, await listener.AcceptAsync());
    }

    private static async Task SendAsync(Socket socket, byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;)
            sent += await socket.SendAsync(bytes.AsMemory(sent)).AsTask().WaitAsync(Deadline.Time);
    }

    private static async Task<byte[]> ReceiveAsync(Socket socket, int length)
    {
        var bytes = new byte[length];
        for (var read = 0; read < length;)
        {
            var count = await socket.ReceiveAsync(bytes.AsMemory(read)).AsTask().WaitAsync(Deadline.Time);
            Assert.NotEqual(0, count);
            read += count;
        }
        return bytes;
    }
}
