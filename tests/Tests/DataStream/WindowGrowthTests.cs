using Postern.Protocol;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;
using Postern.Tests.Support;

namespace Postern.Tests.DataStream;

/// <summary>What a sender has under way on a path of which every round trip takes a fifth of a second.</summary>
public sealed class WindowGrowthTests
{
    private const int First = 64 * 1024, Largest = 16 * First, Message = 8 * 1024;
    private static readonly TimeSpan Trip = TimeSpan.FromMilliseconds(200);

    private readonly ManualTime _time = new();
    private readonly WindowBudget _budget = new(64L * 1024 * 1024);

    private DataStreamOptions Options => new() { SendWindow = First, LargestSendWindow = Largest, Budget = _budget, ResendTick = TimeSpan.FromHours(1) };

    [Fact]
    public async Task A_window_that_bounds_a_long_path_grows_where_both_ends_speak_the_extended_multiplexer()
    {
        await using var test = new StreamUnderTest(Options, _time);
        Agree(test, mux: true);
        await SendTripsAsync(test, 12);
        Assert.Equal(Largest, test.Stream.Window);
        Assert.Equal(Trip, test.Stream.RoundTrip);
        Assert.Equal(Largest - First, _budget.Taken);

        await test.Stream.DisposeAsync();
        Assert.Equal(0, _budget.Taken);
    }

    [Fact]
    public async Task A_peer_that_keeps_what_its_reader_does_not_take_is_sent_no_more_than_before()
    {
        await using var test = new StreamUnderTest(Options, _time);
        Agree(test, mux: false);
        await SendTripsAsync(test, 12);
        Assert.Equal(First, test.Stream.Window);
    }

    [Fact]
    public async Task A_stream_with_nothing_under_way_leaves_the_budget_to_others()
    {
        await using var test = new StreamUnderTest(Options with { ResendTick = TimeSpan.FromSeconds(10) }, _time);
        Agree(test, mux: true);
        await SendTripsAsync(test, 6);
        Assert.NotEqual(0, _budget.Taken);
        _time.Advance(TimeSpan.FromSeconds(20));
        using var deadline = new CancellationTokenSource(Deadline.Time);
        while (_budget.Taken > 0)
            await Task.Delay(5, deadline.Token); // the write loop looks after the tick
        Assert.Equal(First, test.Stream.Window);
    }

    private static void Agree(StreamUnderTest test, bool mux)
    {
        var agreed = new PosternOffer { Version = 1, MaxPayload = Message, ExtendedMux = mux, CumulativeAcks = true };
        test.Stream.Expect(agreed);
        test.Stream.Use(agreed);
    }

    /// <summary>Sends as much as the window lets, then acknowledges it a round trip later, in halves; that again and again.</summary>
    private async Task SendTripsAsync(StreamUnderTest test, int trips)
    {
        var payload = new byte[Message - AgentMessageHeader.Size];
        long sent = 0;
        for (var trip = 0; trip < trips; trip++)
        {
            var from = sent;
            for (var bytes = Message; bytes <= test.Stream.Window; bytes += Message)
            {
                await test.Stream.SendAsync(PayloadType.Output, payload, default).AsTask().WaitAsync(Deadline.Time);
                Assert.Equal(sent++, await test.Peer.ReceiveStreamAsync());
            }
            _time.Advance(Trip);
            foreach (var last in new[] { (from + sent) / 2, sent - 1 })
            {
                await test.Peer.AcknowledgeAsync(last, MessageFlags.SynFin | MessageFlags.Cumulative);
                await AcknowledgedAsync(test, (int)(sent - 1 - last));
            }
        }
    }

    private static async Task AcknowledgedAsync(StreamUnderTest test, int left)
    {
        using var deadline = new CancellationTokenSource(Deadline.Time);
        while (test.Stream.Unacknowledged > left)
            await Task.Delay(1, deadline.Token); // the reader takes the acknowledgement
    }
}
