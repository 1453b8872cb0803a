using System.Text;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;
using Stream = Postern.Protocol.DataStream.DataStream;

namespace Postern.Tests.DataStream;

public sealed class ReliableStreamTests
{
    [Fact]
    public async Task Messages_arrive_in_order_and_are_acknowledged()
    {
        using var pair = new SocketPair();
        var atNode = new RecordingReceiver();
        var atPerson = new RecordingReceiver();
        await using var node = new Stream(new DataStreamOptions { Side = StreamSide.Agent }, atNode, TimeProvider.System);
        await using var person = new Stream(new DataStreamOptions { Side = StreamSide.Client }, atPerson, TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var runs = Task.WhenAll(node.RunAsync(pair.Server, stop.Token), person.RunAsync(pair.Client, stop.Token));

        for (var i = 0; i < 100; i++)
        {
            await node.SendAsync(PayloadType.Output, Encoding.ASCII.GetBytes($"out {i}"), default);
            await person.SendAsync(PayloadType.Output, Encoding.ASCII.GetBytes($"in {i}"), default);
        }

        Assert.True(await node.FlushAsync(Deadline.Time, default));
        Assert.True(await person.FlushAsync(Deadline.Time, default));
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal($"out {i}", Encoding.ASCII.GetString((await atPerson.NextAsync()).Payload));
            Assert.Equal($"in {i}", Encoding.ASCII.GetString((await atNode.NextAsync()).Payload));
        }
        await stop.CancelAsync();
        Assert.Equal([SocketEnd.Cancelled, SocketEnd.Cancelled], await runs.WaitAsync(Deadline.Time));
    }

    [Fact]
    public async Task Output_is_split_and_handshakes_go_whole()
    {
        await using var test = new StreamUnderTest();
        await test.Stream.SendAsync(PayloadType.HandshakeRequest, new byte[5000], default);
        await test.Stream.SendAsync(PayloadType.Output, new byte[2500], default);

        var (handshake, _) = await test.Peer.ReceiveAsync();
        Assert.Equal((5000, MessageFlags.Syn, 0L), (handshake.PayloadLength, handshake.Flags, handshake.SequenceNumber));
        foreach (var (length, sequence) in new[] { (1024, 1L), (1024, 2L), (452, 3L) })
        {
            var (part, _) = await test.Peer.ReceiveAsync();
            Assert.Equal((length, MessageFlags.None, sequence), (part.PayloadLength, part.Flags, part.SequenceNumber));
        }
    }

    [Fact]
    public async Task A_handshake_response_is_acknowledged_before_it_is_answered()
    {
        await using var test = new StreamUnderTest();
        test.Receiver.OnStream = (_, _, token) => test.Stream.SendAsync(PayloadType.HandshakeComplete, "{}"u8.ToArray(), token);

        await test.Peer.SendAsync(0, "{}", PayloadType.HandshakeResponse);

        Assert.Equal(0, await test.Peer.ReceiveAckAsync());
        Assert.Equal(0, await test.Peer.ReceiveStreamAsync());
    }

    [Fact]
    public async Task Data_is_acknowledged_after_it_was_delivered()
    {
        await using var test = new StreamUnderTest();
        test.Receiver.OnStream = (_, _, token) => test.Stream.SendAsync(PayloadType.Output, "answer"u8.ToArray(), token);

        await test.Peer.SendAsync(0, "question");

        Assert.Equal(0, await test.Peer.ReceiveStreamAsync());
        Assert.Equal(0, await test.Peer.ReceiveAckAsync());
    }

    [Fact]
    public async Task A_busy_receiver_does_not_hide_acknowledgements()
    {
        await using var test = new StreamUnderTest();
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        test.Receiver.OnStream = async (_, _, _) => await release.Task;
        await test.Peer.SendAsync(0, "takes long");
        await test.Peer.SendAsync(1, "waits");
        await test.Stream.SendAsync(PayloadType.Output, "meanwhile"u8.ToArray(), default);
        Assert.Equal(0, await test.Peer.ReceiveStreamAsync());
        await test.Peer.AcknowledgeAsync(0);

        Assert.True(await test.Stream.FlushAsync(Deadline.Time, default));
        release.SetResult();
        Assert.Equal(0, await test.Peer.ReceiveAckAsync());
        Assert.Equal(1, await test.Peer.ReceiveAckAsync());
    }

    [Fact]
    public async Task A_full_inbox_stops_reading_until_the_receiver_has_caught_up()
    {
        var options = new DataStreamOptions { EarlyLimit = 20_000 };
        await using var test = new StreamUnderTest(options);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        test.Receiver.OnStream = async (_, _, _) => await release.Task;
        var text = new string('x', 1000);
        // More than inbox and pipe hold together: the last sends end only when the receiver goes on.
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < 1000; i++)
                await test.Peer.SendAsync(i, text);
        });
        await test.Stream.SendAsync(PayloadType.Output, "x"u8.ToArray(), default);
        Assert.Equal(0, await test.Peer.ReceiveStreamAsync());
        Assert.False(sending.IsCompleted);

        release.SetResult();
        for (var i = 0; i < 1000; i++)
            Assert.Equal(i, await ReceiveAckOnlyAsync(test.Peer));
        await sending.WaitAsync(Deadline.Time);
        Assert.Equal(1000, test.Receiver.Count);
    }

    [Fact]
    public async Task A_full_send_window_waits_for_acknowledgements()
    {
        await using var test = new StreamUnderTest(new DataStreamOptions { SendWindow = 3000 });
        var sending = test.Stream.SendAsync(PayloadType.Output, new byte[10 * 1024], default).AsTask();
        Assert.Equal(0, await test.Peer.ReceiveStreamAsync());
        Assert.Equal(1, await test.Peer.ReceiveStreamAsync());
        Assert.Equal(2, test.Stream.Unacknowledged);
        Assert.False(sending.IsCompleted);

        await test.Peer.AcknowledgeAsync(0);
        await test.Peer.AcknowledgeAsync(1);
        for (var i = 2; i < 10; i++)
            await test.Peer.AcknowledgeAsync(await ReceiveNewAsync(test.Peer, i));
        await sending.WaitAsync(Deadline.Time);
        Assert.True(await test.Stream.FlushAsync(Deadline.Time, default));
    }

    [Fact]
    public async Task Everything_unacknowledged_goes_out_on_the_next_socket_in_order_and_before_new_data()
    {
        await using var test = new StreamUnderTest(new DataStreamOptions { ResendTick = TimeSpan.FromHours(1) });
        for (var i = 0; i < 5; i++)
            await test.Stream.SendAsync(PayloadType.Output, new[] { (byte)i }, default);
        for (var i = 0; i < 5; i++)
            await test.Peer.ReceiveStreamAsync();
        await test.Peer.AcknowledgeAsync(1);
        await test.Peer.SendAsync(0, "a mark that the acknowledgement was read");
        await test.Peer.ReceiveAckAsync();

        await test.ReattachAsync();
        await test.Stream.SendAsync(PayloadType.Output, new[] { (byte)5 }, default);

        foreach (var expected in new long[] { 0, 2, 3, 4, 5 })
            Assert.Equal(expected, await test.Peer.ReceiveStreamAsync());
        Assert.Equal(4, test.Stream.Resent);
    }

    [Fact]
    public async Task What_was_sent_without_a_socket_goes_out_on_the_first()
    {
        await using var stream = new Stream(new DataStreamOptions(), new RecordingReceiver(), TimeProvider.System);
        await stream.SendAsync(PayloadType.Output, "early"u8.ToArray(), default);
        using var pair = new SocketPair();
        using var stop = new CancellationTokenSource();
        var run = stream.RunAsync(pair.Server, stop.Token);

        Assert.Equal(0, await new RawPeer(pair.Client, AgentMessageType.InputStreamData).ReceiveStreamAsync());
        await stop.CancelAsync();
        Assert.Equal(SocketEnd.Cancelled, await run.WaitAsync(Deadline.Time));
    }

    [Fact]
    public async Task Early_messages_are_kept_acknowledged_and_delivered_in_order()
    {
        await using var test = new StreamUnderTest();
        await test.Peer.SendAsync(2, "c");
        await test.Peer.SendAsync(1, "b");
        Assert.Equal(2, await test.Peer.ReceiveAckAsync());
        Assert.Equal(1, await test.Peer.ReceiveAckAsync());
        Assert.Equal(0, test.Receiver.Count);

        await test.Peer.SendAsync(0, "a");
        foreach (var expected in new[] { "a", "b", "c" })
            Assert.Equal(expected, Encoding.ASCII.GetString((await test.Receiver.NextAsync()).Payload));
        Assert.Equal(0, await test.Peer.ReceiveAckAsync());
    }

    [Fact]
    public async Task Duplicates_are_acknowledged_again_and_delivered_once()
    {
        await using var test = new StreamUnderTest();
        for (var i = 0; i < 3; i++)
        {
            await test.Peer.SendAsync(0, "once");
            Assert.Equal(0, await test.Peer.ReceiveAckAsync());
        }
        Assert.Equal(1, test.Receiver.Count);
    }

    [Fact]
    public async Task Control_messages_go_out_beside_the_stream()
    {
        await using var test = new StreamUnderTest();
        var frame = MessageFactory.Raw(AgentMessageType.AgentSessionState, "{}"u8, TimeProvider.System);
        await test.Stream.SendControlAsync(frame, default);
        Assert.Equal(AgentMessageType.AgentSessionState, (await test.Peer.ReceiveAsync()).Header.MessageType);
        Assert.Equal(0, test.Stream.Unacknowledged);
    }

    private static async Task<long> ReceiveAckOnlyAsync(RawPeer peer)
    {
        while (true)
        {
            var (header, payload) = await peer.ReceiveAsync();
            if (header.MessageType == AgentMessageType.Acknowledge && AckFrame.TryReadSequence(payload, out var sequence))
                return sequence;
        }
    }

    /// <summary>A slow machine may let a resend of an earlier message through: skip it.</summary>
    private static async Task<long> ReceiveNewAsync(RawPeer peer, long expected)
    {
        long sequence;
        while ((sequence = await peer.ReceiveStreamAsync()) < expected)
            Assert.True(sequence >= 0);
        Assert.Equal(expected, sequence);
        return sequence;
    }
}
