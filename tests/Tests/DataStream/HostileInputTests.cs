using System.Text;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;

namespace Postern.Tests.DataStream;

public sealed class HostileInputTests
{
    public static TheoryData<string, byte[]> BadFrames() => new()
    {
        { "empty", [] },
        { "truncated header", Good()[..119] },
        { "truncated payload", Good()[..^1] },
        { "trailing byte", [.. Good(), 0] },
        { "wrong digest", Changed(80) },
        { "changed payload", Changed(120) },
        { "wrong header length", Changed(3) },
        { "payload length beyond the frame", Changed(116) },
        { "no date", RawPeerFrameWithoutDate() },
        { "unknown type", Changed(4) },
        { "own direction", RawPeer.Frame(AgentMessageType.OutputStreamData, 0, "x"u8) },
        { "negative sequence", RawPeer.Frame(AgentMessageType.InputStreamData, -1, "x"u8) },
        { "lowest sequence", RawPeer.Frame(AgentMessageType.InputStreamData, long.MinValue, "x"u8) },
        { "control channel's type", RawPeer.Frame(AgentMessageType.InteractiveShell, 0, "{}"u8) },
        { "acknowledgement without JSON", RawPeer.Frame(AgentMessageType.Acknowledge, 0, "nonsense"u8) },
        { "acknowledgement without number", RawPeer.Frame(AgentMessageType.Acknowledge, 0, "{\"IsSequentialMessage\":true}"u8) },
        { "acknowledgement of a string", RawPeer.Frame(AgentMessageType.Acknowledge, 0, "{\"AcknowledgedMessageSequenceNumber\":\"0\"}"u8) },
        { "acknowledgement with half a character", RawPeer.Frame(AgentMessageType.Acknowledge, 0, "{\"AcknowledgedMessage\\ud800xxxxxxxxxxxxxx\":0}"u8) },
        { "acknowledgement cut short", RawPeer.Frame(AgentMessageType.Acknowledge, 0, "{\"AcknowledgedMessageSequenceNumber\":"u8) },
        { "acknowledgement of the future", RawPeer.Frame(AgentMessageType.Acknowledge, 0, "{\"AcknowledgedMessageSequenceNumber\":1}"u8) },
        { "acknowledgement of a negative number", RawPeer.Frame(AgentMessageType.Acknowledge, 0, "{\"AcknowledgedMessageSequenceNumber\":-1}"u8) },
    };

    [Theory]
    [MemberData(nameof(BadFrames))]
    public async Task A_bad_frame_is_dropped_counted_and_harms_nobody(string what, byte[] frame)
    {
        await using var test = new StreamUnderTest();
        await test.Stream.SendAsync(PayloadType.Output, "pending"u8.ToArray(), default);
        await test.Peer.SendRawAsync(frame);
        await test.Peer.SendAsync(0, "good");

        Assert.Equal("good", Encoding.ASCII.GetString((await test.Receiver.NextAsync()).Payload));
        Assert.Equal(1, test.Stream.Dropped);
        Assert.Equal(1, test.Stream.Unacknowledged);
        Assert.False(test.Run.IsCompleted, what);
    }

    [Fact]
    public async Task Publication_messages_are_ignored()
    {
        await using var test = new StreamUnderTest();
        await test.Peer.SendRawAsync(RawPeer.Frame(AgentMessageType.PausePublication, 0, "{}"u8));
        await test.Peer.SendRawAsync(RawPeer.Frame(AgentMessageType.StartPublication, 0, ""u8));
        await test.Peer.SendAsync(0, "good");
        await test.Receiver.NextAsync();
        Assert.Equal(0, test.Stream.Dropped);
    }

    [Fact]
    public async Task The_largest_frame_passes_and_a_larger_one_ends_the_socket()
    {
        await using var test = new StreamUnderTest();
        await test.Peer.SendRawAsync(RawPeer.Frame(AgentMessageType.InputStreamData, 0, new byte[DataStreamOptions.LargestPayload]));
        Assert.Equal(DataStreamOptions.LargestPayload, (await test.Receiver.NextAsync()).Payload.Length);

        await test.Peer.SendRawAsync(RawPeer.Frame(AgentMessageType.InputStreamData, 1, new byte[DataStreamOptions.LargestPayload + 1]));
        Assert.Equal(SocketEnd.Lost, await test.Run.WaitAsync(Deadline.Time));
        Assert.Equal(0, test.Receiver.Count);
    }

    [Fact]
    public async Task Early_messages_beyond_the_limit_are_dropped_and_not_acknowledged()
    {
        await using var test = new StreamUnderTest(new DataStreamOptions { EarlyLimit = 2500 });
        var text = new string('x', 1000);
        for (var i = 1; i <= 100; i++)
            await test.Peer.SendAsync(i, text);
        await test.Peer.SendAsync(0, "first");

        Assert.Equal(1, await test.Peer.ReceiveAckAsync());
        Assert.Equal(2, await test.Peer.ReceiveAckAsync());
        Assert.Equal(0, await test.Peer.ReceiveAckAsync());
        Assert.Equal(98, test.Stream.Dropped);
        for (var i = 0; i < 3; i++)
            await test.Receiver.NextAsync();
        // What was dropped is taken when it comes again.
        await test.Peer.SendAsync(3, "again");
        Assert.Equal("again", Encoding.ASCII.GetString((await test.Receiver.NextAsync()).Payload));
    }

    [Fact]
    public async Task A_peer_that_acknowledges_all_but_the_oldest_message_stops_the_sender()
    {
        await using var test = new StreamUnderTest(new DataStreamOptions { ResendTick = TimeSpan.FromHours(1) });
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < UnacknowledgedRing.MaxSpan + 10; i++)
                await test.Stream.SendAsync(PayloadType.Output, "x"u8.ToArray(), default);
        });
        Assert.Equal(0, await test.Peer.ReceiveStreamAsync());
        for (var i = 1; i < UnacknowledgedRing.MaxSpan; i++)
            await test.Peer.AcknowledgeAsync(await test.Peer.ReceiveStreamAsync());
        await test.Peer.SendAsync(0, "mark");
        await test.Peer.ReceiveAckAsync();
        Assert.False(sending.IsCompleted);

        await test.Peer.AcknowledgeAsync(0);
        await sending.WaitAsync(Deadline.Time);
    }

    [Fact]
    public async Task Ten_thousand_random_frames_change_nothing()
    {
        await using var test = new StreamUnderTest();
        var random = new Random(20251122);
        for (var i = 0; i < 10_000; i++)
        {
            var frame = random.Next(2) == 0 ? new byte[random.Next(0, 400)] : Good();
            // Either noise, or a good frame with a few wrong bits: never in the payload type, which the digest does not cover.
            if (frame.Length != Good().Length)
                random.NextBytes(frame);
            else
                frame[random.Next(80, 112)] ^= (byte)random.Next(1, 256);
            await test.Peer.SendRawAsync(frame);
        }
        await test.Peer.SendAsync(0, "good");
        Assert.Equal("good", Encoding.ASCII.GetString((await test.Receiver.NextAsync()).Payload));
        Assert.Equal(10_000, test.Stream.Dropped);
    }

    private static byte[] Good() => RawPeer.Frame(AgentMessageType.InputStreamData, 0, "payload"u8, id: Guid.Empty);

    private static byte[] Changed(int offset)
    {
        var frame = Good();
        frame[offset] ^= 0x40;
        return frame;
    }

    private static byte[] RawPeerFrameWithoutDate()
    {
        var frame = Good();
        frame.AsSpan(40, 8).Clear();
        return frame;
    }
}
