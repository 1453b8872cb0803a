using Postern.Protocol;
using Postern.Tests.Support;

namespace Postern.Tests.DataStream;

public sealed class PathWindowTests
{
    private const int First = 1024 * 1024, Largest = 32 * First;
    private static readonly TimeSpan Trip = TimeSpan.FromMilliseconds(200);

    private readonly ManualTime _time = new();
    private readonly WindowBudget _budget = new(64L * First);

    [Fact]
    public void A_long_path_that_the_window_bounds_makes_it_grow_as_far_as_it_may()
    {
        var window = new PathWindow(First, Largest, _budget);
        for (var trip = 0; trip < 20; trip++)
            PassOneTrip(window, window.Size, Trip);
        Assert.Equal(Largest, window.Size);
        Assert.Equal(Largest - First, _budget.Taken);
    }

    [Fact]
    public void A_line_that_is_slower_than_the_window_allows_leaves_it_as_it_is()
    {
        var window = new PathWindow(First, Largest, _budget);
        for (var trip = 0; trip < 20; trip++)
            PassOneTrip(window, First / 4, Trip);
        Assert.Equal(First, window.Size);
    }

    [Fact]
    public void It_grows_to_twice_what_passes_and_no_further()
    {
        var window = new PathWindow(First, Largest, _budget);
        for (var trip = 0; trip < 30; trip++)
            PassOneTrip(window, Math.Min(window.Size, 3 * First), Trip);
        Assert.InRange(window.Size, 4 * First, 6 * First);
    }

    [Fact]
    public void A_short_path_needs_no_more()
    {
        var window = new PathWindow(First, Largest, _budget);
        for (var trip = 0; trip < 100; trip++)
            PassOneTrip(window, window.Size, TimeSpan.FromMilliseconds(5));
        Assert.Equal(First, window.Size);
    }

    [Fact]
    public void Nothing_grows_while_the_round_trip_is_not_known()
    {
        var window = new PathWindow(First, Largest, _budget);
        for (var trip = 0; trip < 20; trip++)
        {
            _time.Advance(Trip);
            window.Passed(window.Size, TimeSpan.Zero, _time);
        }
        Assert.Equal(First, window.Size);
    }

    [Fact]
    public void All_windows_together_grow_by_no_more_than_the_budget_and_give_it_back()
    {
        var windows = Enumerable.Range(0, 50).Select(_ => new PathWindow(First, Largest, _budget)).ToList();
        for (var quarter = 0; quarter < 80; quarter++)
        {
            _time.Advance(Trip / 4);
            foreach (var window in windows)
                window.Passed(window.Size / 4, Trip, _time);
        }
        Assert.Equal(windows.Sum(window => (long)window.Size - First), _budget.Taken);
        Assert.InRange(_budget.Taken, 1, 64L * First);

        foreach (var window in windows)
        {
            window.Shrink();
            window.Shrink();
        }
        Assert.Equal(0, _budget.Taken);
        Assert.All(windows, window => Assert.Equal(First, window.Size));
    }

    [Fact]
    public void A_budget_within_another_takes_from_both_or_from_neither()
    {
        var process = new WindowBudget(100);
        var session = new WindowBudget(80, within: process);
        Assert.True(session.TryTake(60));
        Assert.False(session.TryTake(30)); // too much for the session
        Assert.True(process.TryTake(40));
        Assert.False(session.TryTake(10)); // too much for the process
        Assert.Equal((60L, 100L), (session.Taken, process.Taken));
        session.GiveBack(60);
        Assert.Equal((0L, 40L), (session.Taken, process.Taken));
    }

    /// <summary>What passes in a round trip comes in pieces, some of them at once.</summary>
    private void PassOneTrip(PathWindow window, int bytes, TimeSpan trip)
    {
        for (var piece = 0; piece < 4; piece++)
        {
            _time.Advance(trip / 4);
            window.Passed(bytes / 4, trip, _time);
        }
    }
}
