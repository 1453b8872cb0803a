using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;
using Postern.Tests.Support;

namespace Postern.Tests.DataStream;

public sealed class ResendTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task The_oldest_message_is_resent_alone_when_no_acknowledgement_comes()
    {
        var time = new ManualTime();
        await using var test = new StreamUnderTest(time: time);
        await SendAsync(test, 10);

        // 200 ms is the first time-out, and a tick every 100 ms looks for it.
        await TicksAsync(time, 3);

        Assert.Equal(0, await test.Peer.ReceiveStreamAsync());
        await NothingMoreAsync(test, 0);
        Assert.Equal(1, test.Stream.Resent);
    }

    [Fact]
    public async Task Recovery_quickens_with_every_acknowledgement_and_takes_less_than_a_tick_a_message()
    {
        var time = new ManualTime();
        await using var test = new StreamUnderTest(time: time);
        await SendAsync(test, 100);
        await TicksAsync(time, 3);

        // Only one tick has passed: acknowledgements alone bring the rest.
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(i, await test.Peer.ReceiveStreamAsync());
            await test.Peer.AcknowledgeAsync(i);
        }
        Assert.True(await test.Stream.FlushAsync(Deadline.Time, default));
        Assert.Equal(100, test.Stream.Resent);
    }

    [Fact]
    public async Task A_late_peer_is_not_sent_everything_again()
    {
        var time = new ManualTime();
        await using var test = new StreamUnderTest(time: time);
        await SendAsync(test, 100);
        await TicksAsync(time, 3);
        Assert.Equal(0, await test.Peer.ReceiveStreamAsync());

        // Late, not lost: the acknowledgement of the first sending and then that of the second.
        await test.Peer.AcknowledgeAsync(0);
        await test.Peer.AcknowledgeAsync(0);
        for (var i = 1; i < 100; i++)
            await test.Peer.AcknowledgeAsync(i);
        await NothingNewAsync(test);
        Assert.InRange(test.Stream.Resent, 1, 10);
    }

    [Fact]
    public async Task A_message_resent_in_vain_waits_longer_each_time()
    {
        var time = new ManualTime();
        await using var test = new StreamUnderTest(time: time);
        await SendAsync(test, 1);
        await TicksAsync(time, 100);
        // Every 200 ms, 400 ms, 800 ms and then every 1.6 s, in ten seconds.
        Assert.InRange(test.Stream.Resent, 4, 10);
    }

    [Fact]
    public async Task An_idle_stream_sets_no_timer()
    {
        var time = new ManualTime();
        await using var test = new StreamUnderTest(time: time);
        await SendAsync(test, 3);
        for (var i = 0; i < 3; i++)
            await test.Peer.AcknowledgeAsync(i);
        Assert.True(await test.Stream.FlushAsync(Deadline.Time, default));
        // The writer answers a tick on a thread of its own, and may set one more for memory that came back meanwhile; never one after another.
        for (var tick = 0; tick < 10 && time.Timers > 0; tick++)
        {
            time.Advance(Second);
            await NothingNewAsync(test);
        }
        Assert.Equal(0, time.Timers);
    }

    [Theory]
    [InlineData(20, 150)]
    [InlineData(5000, 20_500)]
    public void Time_outs_follow_the_round_trip(int sampleMilliseconds, int mostMilliseconds)
    {
        var roundTrip = new RoundTrip(TimeSpan.FromMilliseconds(200), Second);
        Assert.Equal(TimeSpan.FromMilliseconds(200), roundTrip.Timeout);
        for (var i = 0; i < 100; i++)
            roundTrip.Sample(TimeSpan.FromMilliseconds(sampleMilliseconds));
        Assert.InRange(roundTrip.Timeout.TotalMilliseconds, sampleMilliseconds, mostMilliseconds);
    }

    [Fact]
    public void Time_outs_stay_below_a_second_while_round_trips_do()
    {
        var roundTrip = new RoundTrip(TimeSpan.FromMilliseconds(200), Second);
        for (var i = 0; i < 100; i++)
            roundTrip.Sample(TimeSpan.FromMilliseconds(i % 2 == 0 ? 1 : 400));
        Assert.InRange(roundTrip.Timeout, TimeSpan.FromMilliseconds(400), Second);
    }

    private static async Task SendAsync(StreamUnderTest test, int count)
    {
        for (var i = 0; i < count; i++)
            await test.Stream.SendAsync(PayloadType.Output, new[] { (byte)i }, default);
        for (var i = 0; i < count; i++)
            Assert.Equal(i, await test.Peer.ReceiveStreamAsync());
    }

    /// <summary>The next frame is the acknowledgement of a message sent now: nothing went out before it.</summary>
    private static async Task NothingMoreAsync(StreamUnderTest test, long mark)
    {
        await test.Peer.SendAsync(mark, "mark");
        Assert.Equal(mark, await test.Peer.ReceiveAckAsync());
    }

    /// <summary>The next frame but for a few resends is the acknowledgement of a message sent now.</summary>
    private static async Task NothingNewAsync(StreamUnderTest test)
    {
        await test.Peer.SendAsync(0, "mark");
        while ((await test.Peer.ReceiveAsync()).Header.MessageType != AgentMessageType.Acknowledge)
            Assert.InRange(test.Stream.Resent, 1, 10);
    }

    /// <summary>Lets ticks come one by one: the writer arms the next, so time must not run ahead of it.</summary>
    private static async Task TicksAsync(ManualTime time, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await time.WaitForTimerAsync(Second);
            time.Advance(TimeSpan.FromMilliseconds(100));
        }
        await time.WaitForTimerAsync(Second);
    }
}
