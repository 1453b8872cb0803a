using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;
using Stream = Postern.Protocol.DataStream.DataStream;

namespace Postern.Tests.DataStream;

public sealed class EndingTests
{
    [Fact]
    public async Task Channel_closed_ends_the_session_with_its_output()
    {
        await using var test = new StreamUnderTest();
        await test.Peer.SendRawAsync(MessageFactory.ChannelClosed("session", "node", "because", TimeProvider.System));

        Assert.Equal(SocketEnd.ChannelClosed, await test.Run.WaitAsync(Deadline.Time));
        Assert.Equal("because", test.Receiver.Closed!.Output);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => test.Stream.SendAsync(PayloadType.Output, new byte[1], default).AsTask());
    }

    [Fact]
    public async Task A_person_sees_everything_before_the_end()
    {
        using var pair = new SocketPair();
        var receiver = new RecordingReceiver();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        receiver.OnStream = async (_, _, _) => await release.Task;
        await using var stream = new Stream(new DataStreamOptions { Side = StreamSide.Client }, receiver, TimeProvider.System);
        var run = stream.RunAsync(pair.Client, default);
        var peer = new RawPeer(pair.Server, AgentMessageType.OutputStreamData);
        for (var i = 0; i < 10; i++)
            await peer.SendAsync(i, "last words");
        await peer.SendRawAsync(MessageFactory.ChannelClosed("session", "node", "", TimeProvider.System));
        Assert.Null(receiver.Closed);

        release.SetResult();
        Assert.Equal(SocketEnd.ChannelClosed, await run.WaitAsync(Deadline.Time));
        Assert.Equal(10, receiver.Count);
        Assert.NotNull(receiver.Closed);
    }

    [Fact]
    public async Task A_person_who_does_not_read_is_waited_for_until_told_to_stop()
    {
        using var pair = new SocketPair();
        using var stop = new CancellationTokenSource();
        var receiver = new RecordingReceiver { OnStream = async (_, _, token) => await Task.Delay(Timeout.Infinite, token) };
        await using var stream = new Stream(new DataStreamOptions { Side = StreamSide.Client }, receiver, TimeProvider.System) { DrainLimit = Timeout.InfiniteTimeSpan };
        var run = stream.RunAsync(pair.Client, stop.Token);
        var peer = new RawPeer(pair.Server, AgentMessageType.OutputStreamData);
        await peer.SendAsync(0, "last words");
        await peer.SendRawAsync(MessageFactory.ChannelClosed("session", "node", "", TimeProvider.System));
        await Assert.ThrowsAnyAsync<Exception>(peer.ReceiveFrameAsync); // it has read that, and is done with its socket
        Assert.False(run.IsCompleted);

        await stop.CancelAsync();
        await run.WaitAsync(Deadline.Time);
    }

    [Fact]
    public async Task A_node_whose_receiver_is_stuck_ends_at_once()
    {
        await using var test = new StreamUnderTest();
        test.Receiver.OnStream = async (_, _, token) => await Task.Delay(Timeout.Infinite, token);
        await test.Peer.SendAsync(0, "for a target that does not read");
        await test.Peer.SendRawAsync(MessageFactory.ChannelClosed("session", "node", "", TimeProvider.System));

        Assert.Equal(SocketEnd.ChannelClosed, await test.Run.WaitAsync(Deadline.Time));
        Assert.NotNull(test.Receiver.Closed);
    }

    [Fact]
    public async Task Channel_closed_that_cannot_be_read_ends_the_session_all_the_same()
    {
        await using var test = new StreamUnderTest();
        await test.Peer.SendRawAsync(RawPeer.Frame(AgentMessageType.ChannelClosed, 0, "not json"u8, PayloadType.None));
        Assert.Equal(SocketEnd.ChannelClosed, await test.Run.WaitAsync(Deadline.Time));
        Assert.Equal("", test.Receiver.Closed!.Output);
    }

    [Fact]
    public async Task What_the_receiver_throws_is_thrown_to_the_owner()
    {
        await using var test = new StreamUnderTest();
        test.Receiver.OnStream = (_, _, _) => throw new InvalidDataException("no");
        await test.Peer.SendAsync(0, "x");
        await Assert.ThrowsAsync<InvalidDataException>(() => test.Run.WaitAsync(Deadline.Time));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => test.Stream.SendAsync(PayloadType.Output, new byte[1], default).AsTask());
    }

    [Fact]
    public async Task Disposal_releases_everybody_who_waits()
    {
        var test = new StreamUnderTest(new DataStreamOptions { SendWindow = 1000 });
        var sending = test.Stream.SendAsync(PayloadType.Output, new byte[10_000], default).AsTask();
        var next = test.Stream.SendAsync(PayloadType.Output, new byte[1], default).AsTask();
        var flushing = test.Stream.FlushAsync(Deadline.Time, default).AsTask();
        await test.Peer.ReceiveStreamAsync();

        await test.Stream.DisposeAsync();
        await test.Stream.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => sending.WaitAsync(Deadline.Time));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => next.WaitAsync(Deadline.Time));
        Assert.False(await flushing);
        Assert.Equal(SocketEnd.Cancelled, await test.Run.WaitAsync(Deadline.Time));
        await test.DisposeAsync();
    }

    [Fact]
    public async Task A_cancelled_send_leaves_the_stream_usable()
    {
        await using var test = new StreamUnderTest(new DataStreamOptions { SendWindow = 1500, ResendTick = TimeSpan.FromHours(1) });
        await test.Stream.SendAsync(PayloadType.Output, new byte[1024], default);
        using var cancel = new CancellationTokenSource();
        var sending = test.Stream.SendAsync(PayloadType.Output, new byte[1024], cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WaitAsync(Deadline.Time));

        Assert.Equal(0, await test.Peer.ReceiveStreamAsync());
        await test.Peer.AcknowledgeAsync(0);
        await test.Stream.SendAsync(PayloadType.Output, "on"u8.ToArray(), default).AsTask().WaitAsync(Deadline.Time);
        Assert.Equal(1, await test.Peer.ReceiveStreamAsync());
    }

    [Fact]
    public async Task Flush_says_when_the_time_was_too_short()
    {
        await using var test = new StreamUnderTest();
        Assert.True(await test.Stream.FlushAsync(TimeSpan.Zero, default));
        await test.Stream.SendAsync(PayloadType.Output, new byte[1], default);
        Assert.False(await test.Stream.FlushAsync(TimeSpan.FromMilliseconds(1), default));
    }

    [Fact]
    public async Task A_close_frame_loses_the_socket_only()
    {
        using var pair = new SocketPair();
        await using var stream = new Stream(new DataStreamOptions(), new RecordingReceiver(), TimeProvider.System);
        var run = stream.RunAsync(pair.Server, default);
        await pair.Client.CloseOutputAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null, default);
        Assert.Equal(SocketEnd.Lost, await run.WaitAsync(Deadline.Time));
    }

    [Fact]
    public async Task Two_sockets_at_once_are_refused()
    {
        await using var test = new StreamUnderTest();
        using var second = new SocketPair();
        await Assert.ThrowsAsync<InvalidOperationException>(() => test.Stream.RunAsync(second.Server, default));
    }
}
