using Postern.Protocol;
using Postern.Protocol.Smux;
using Postern.Tests.DataStream;
using Postern.Tests.Support;

namespace Postern.Tests.Smux;

/// <summary>Windows of streams on a path of which every round trip takes a fifth of a second.</summary>
public sealed class MuxWindowTests
{
    private const int First = 256 * 1024, Largest = 16 * First;
    private static readonly TimeSpan Trip = TimeSpan.FromMilliseconds(200);

    private readonly ManualTime _time = new();
    private readonly WindowBudget _budget = new(64L * 1024 * 1024);

    [Fact]
    public async Task A_stream_that_is_read_as_fast_as_it_comes_over_a_long_path_gets_a_larger_window()
    {
        await using var pair = Pair();
        var (client, server) = await pair.OpenAsync();
        await PassTripsAsync(server, client, 12);
        Assert.Equal(Largest, client.Window);
        Assert.Equal(Largest - First, _budget.Taken);
        // It is granted, not only noted: so much can be sent that nobody reads.
        await server.WriteAsync(new byte[Largest / 2], default).AsTask().WaitAsync(Deadline.Time);
    }

    [Fact]
    public async Task A_reader_that_stops_costs_no_more_than_the_window_and_gives_it_back_at_the_end()
    {
        await using var pair = Pair();
        var (client, server) = await pair.OpenAsync();
        await PassTripsAsync(server, client, 12);
        using var stop = new CancellationTokenSource();
        var flood = server.WriteAsync(new byte[2 * Largest], stop.Token).AsTask();
        using var deadline = new CancellationTokenSource(Deadline.Time);
        while (client.Unread < Largest / 2)
            await Task.Delay(1, deadline.Token); // others write for it, too
        Assert.InRange(client.Unread, Largest / 2, Largest);
        Assert.False(flood.IsCompleted);

        await client.AbortAsync("enough");
        await Assert.ThrowsAnyAsync<IOException>(() => flood).WaitAsync(Deadline.Time);
        Assert.Equal(0, _budget.Taken);
    }

    [Fact]
    public async Task A_window_that_grew_is_given_back_when_the_last_byte_was_read()
    {
        await using var pair = Pair();
        var (client, server) = await pair.OpenAsync();
        await PassTripsAsync(server, client, 12);
        await server.WriteAsync(new byte[100], default);
        await server.CompleteAsync(default);
        Assert.NotEqual(0, _budget.Taken);
        await MuxStreamTests.ReadExactlyAsync(client, 100);
        Assert.Equal(0, await client.ReadAsync(new byte[1], default).AsTask().WaitAsync(Deadline.Time));
        Assert.Equal(0, _budget.Taken);
    }

    [Fact]
    public async Task A_slow_reader_keeps_its_window()
    {
        await using var pair = Pair();
        var (client, server) = await pair.OpenAsync();
        for (var trip = 0; trip < 12; trip++)
        {
            _time.Advance(Trip);
            await server.WriteAsync(new byte[First / 8], default).AsTask().WaitAsync(Deadline.Time);
            await MuxStreamTests.ReadExactlyAsync(client, First / 8);
        }
        Assert.Equal(First, client.Window);
    }

    [Fact]
    public async Task Streams_of_one_session_grow_by_no_more_than_the_session_may()
    {
        await using var pair = Pair(growth: First);
        for (var i = 0; i < 5; i++)
        {
            var (client, server) = await pair.OpenAsync();
            await PassTripsAsync(server, client, 12);
        }
        Assert.InRange(_budget.Taken, 1, First);
    }

    private MuxPair Pair(int growth = 2 * Largest) => new(extended: true, options => options with
    {
        StreamWindow = First,
        LargestStreamWindow = Largest,
        SessionGrowth = growth,
        Budget = _budget,
        RoundTrip = () => Trip,
        Time = _time,
    });

    private async Task PassTripsAsync(MuxStream from, MuxStream to, int trips)
    {
        for (var trip = 0; trip < trips; trip++)
        {
            var bytes = to.Window / 4 * 4;
            var writing = from.WriteAsync(new byte[bytes], default).AsTask();
            for (var quarter = 0; quarter < 4; quarter++)
            {
                _time.Advance(Trip / 4);
                await MuxStreamTests.ReadExactlyAsync(to, bytes / 4);
            }
            await writing.WaitAsync(Deadline.Time);
        }
    }
}
