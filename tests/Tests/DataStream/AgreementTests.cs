using System.Text;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;

namespace Postern.Tests.DataStream;

public sealed class AgreementTests
{
    private static readonly PosternOffer All = new() { MaxPayload = DataStreamOptions.LargestPayload, NoDigest = true, CumulativeAcks = true };

    [Fact]
    public async Task A_message_without_digest_is_dropped_unless_that_was_agreed()
    {
        await using var test = new StreamUnderTest();
        await test.Peer.SendRawAsync(WithoutDigest(0, "bare"));
        await test.Peer.SendAsync(0, "good");
        Assert.Equal("good", Encoding.ASCII.GetString((await test.Receiver.NextAsync()).Payload));
        Assert.Equal(1, test.Stream.Dropped);

        test.Stream.Expect(All);
        await test.Peer.SendRawAsync(WithoutDigest(1, "bare"));
        Assert.Equal("bare", Encoding.ASCII.GetString((await test.Receiver.NextAsync()).Payload));
    }

    [Fact]
    public async Task A_wrong_digest_is_dropped_also_where_none_is_needed()
    {
        await using var test = new StreamUnderTest();
        test.Stream.Expect(All);
        var frame = WithoutDigest(0, "forged");
        frame[80] = 1;
        await test.Peer.SendRawAsync(frame);
        await test.Peer.SendAsync(0, "good");
        Assert.Equal("good", Encoding.ASCII.GetString((await test.Receiver.NextAsync()).Payload));
        Assert.Equal(1, test.Stream.Dropped);
    }

    [Fact]
    public async Task What_was_agreed_is_used_and_before_that_it_is_not()
    {
        await using var test = new StreamUnderTest();
        await test.Stream.SendAsync(PayloadType.Output, new byte[2048], default);
        Assert.Equal(1024, (await test.Peer.ReceiveAsync()).Payload.Length);
        await test.Peer.ReceiveAsync();

        test.Stream.Use(All);
        await test.Stream.SendAsync(PayloadType.Output, Encoding.ASCII.GetBytes(new string('x', 2048)), default);
        var frame = await test.Peer.ReceiveFrameAsync();
        Assert.True(AgentMessageCodec.OmitsDigest(frame));
        Assert.Equal(AgentMessageCodec.SizeOf(2048), frame.Length);
    }

    [Fact]
    public async Task A_stock_end_gets_large_messages_through_a_gateway_that_passes_them()
    {
        await using var test = new StreamUnderTest(subProtocol: DataStreamOptions.LargeMessages);
        await test.Stream.SendAsync(PayloadType.Output, new byte[DataStreamOptions.LargeStockPayload + 1], default);
        Assert.Equal(DataStreamOptions.LargeStockPayload, (await test.Peer.ReceiveAsync()).Payload.Length);
        Assert.Single((await test.Peer.ReceiveAsync()).Payload);

        // Through another one, which may not pass them, it does not.
        await test.ReattachAsync();
        Assert.Equal(DataStreamOptions.StockPayload, test.Stream.MaxPayload);
    }

    [Fact]
    public async Task A_cumulative_acknowledgement_stands_for_all_messages_up_to_its_own()
    {
        await using var test = new StreamUnderTest();
        test.Stream.Expect(All);
        await SendAndReceiveAsync(test, 10);

        await test.Peer.AcknowledgeAsync(6, MessageFlags.SynFin | MessageFlags.Cumulative);
        await SettleAsync(test, 0);
        Assert.Equal(3, test.Stream.Unacknowledged);

        await test.Peer.AcknowledgeAsync(9, MessageFlags.SynFin | MessageFlags.Cumulative);
        Assert.True(await test.Stream.FlushAsync(Deadline.Time, default));
    }

    [Fact]
    public async Task A_cumulative_acknowledgement_that_was_not_agreed_stands_for_one_message()
    {
        await using var test = new StreamUnderTest();
        await SendAndReceiveAsync(test, 10);
        await test.Peer.AcknowledgeAsync(6, MessageFlags.SynFin | MessageFlags.Cumulative);
        await SettleAsync(test, 0);
        Assert.Equal(9, test.Stream.Unacknowledged);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public async Task A_forged_cumulative_acknowledgement_releases_nothing(long number)
    {
        await using var test = new StreamUnderTest();
        test.Stream.Expect(All);
        await SendAndReceiveAsync(test, 10);
        await test.Peer.AcknowledgeAsync(number, MessageFlags.SynFin | MessageFlags.Cumulative);
        await SettleAsync(test, 0);
        Assert.Equal(10, test.Stream.Unacknowledged);
        Assert.Equal(1, test.Stream.Dropped);
    }

    [Fact]
    public async Task Many_messages_get_one_acknowledgement_and_the_last_one_soon()
    {
        await using var test = new StreamUnderTest();
        test.Stream.Expect(All);
        for (var i = 0; i < 70; i++)
            await test.Peer.SendAsync(i, "x");
        var acknowledgements = 0;
        for (long last = -1; last < 69; acknowledgements++)
        {
            var (header, payload) = await test.Peer.ReceiveAsync();
            Assert.Equal(MessageFlags.SynFin | MessageFlags.Cumulative, header.Flags);
            Assert.True(AckFrame.TryReadSequence(payload, out last));
        }
        Assert.InRange(acknowledgements, 1, 69);
    }

    [Fact]
    public async Task An_early_message_is_acknowledged_only_with_those_before_it()
    {
        await using var test = new StreamUnderTest();
        test.Stream.Expect(All);
        await test.Peer.SendAsync(2, "two");
        await test.Peer.SendAsync(1, "one");
        await test.Peer.SendAsync(0, "zero");
        foreach (var text in new[] { "zero", "one", "two" })
            Assert.Equal(text, Encoding.ASCII.GetString((await test.Receiver.NextAsync()).Payload));
        Assert.Equal(2, await LastAckAsync(test, 2));
    }

    [Fact]
    public async Task A_duplicate_is_answered_at_once_with_all_that_was_received()
    {
        await using var test = new StreamUnderTest();
        test.Stream.Expect(All);
        for (var i = 0; i < 3; i++)
            await test.Peer.SendAsync(i, "x");
        Assert.Equal(2, await LastAckAsync(test, 2));

        await test.Peer.SendAsync(0, "x");
        Assert.Equal(2, await LastAckAsync(test, 2));
    }

    [Fact]
    public async Task A_new_socket_begins_with_what_was_received_on_the_last()
    {
        await using var test = new StreamUnderTest();
        test.Stream.Expect(All);
        await test.Peer.SendAsync(0, "x");
        Assert.Equal(0, await LastAckAsync(test, 0));
        await test.ReattachAsync();
        Assert.Equal(0, await LastAckAsync(test, 0));
    }

    private static async Task<long> LastAckAsync(StreamUnderTest test, long until)
    {
        long last;
        do
        {
            var (header, payload) = await test.Peer.ReceiveAsync();
            Assert.Equal(AgentMessageType.Acknowledge, header.MessageType);
            Assert.True(AckFrame.TryReadSequence(payload, out last));
        }
        while (last < until);
        return last;
    }

    private static async Task SendAndReceiveAsync(StreamUnderTest test, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await test.Stream.SendAsync(PayloadType.Output, "x"u8.ToArray(), default);
            await test.Peer.ReceiveStreamAsync();
        }
    }

    /// <summary>What the peer sent before has been dealt with when this message arrives.</summary>
    private static async Task SettleAsync(StreamUnderTest test, long number)
    {
        await test.Peer.SendAsync(number, "mark");
        await test.Receiver.NextAsync();
    }

    private static byte[] WithoutDigest(long number, string payload)
    {
        var frame = RawPeer.Frame(AgentMessageType.InputStreamData, number, Encoding.ASCII.GetBytes(payload));
        frame.AsSpan(80, 32).Clear();
        return frame;
    }
}
