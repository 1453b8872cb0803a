using Postern.Server.Api;
using Postern.Tests.DataStream;
using Postern.Tests.Support;

namespace Postern.Tests.Api;

public sealed class FairPlacesTests
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(3), Hold = TimeSpan.FromSeconds(10);
    private readonly ManualTime _time = new();

    [Fact]
    public async Task Whoever_asks_for_all_gets_a_half_and_the_next_finds_places()
    {
        var places = Places(8, waiting: 0);
        Assert.Equal(4, await CountAsync(places, "greedy", 20));
        Assert.Equal(2, await CountAsync(places, "second", 20));
        Assert.Equal(1, await CountAsync(places, "third", 20));
        Assert.Equal(7, places.Taken);
    }

    [Fact]
    public async Task A_place_is_given_back_once_and_goes_to_who_waits()
    {
        var places = Places(2, waiting: 4);
        var first = await places.TakeAsync("a", default);
        var second = places.TakeAsync("a", default).AsTask();
        Assert.False(second.IsCompleted);

        first!.Dispose();
        first.Dispose();

        using var got = await second.WaitAsync(Deadline.Time);
        Assert.NotNull(got);
        Assert.Equal(1, places.Taken);
    }

    [Fact]
    public async Task Waiting_ones_have_their_turns_by_who_they_are()
    {
        var places = Places(1, waiting: 16);
        var held = await places.TakeAsync("busy", default);
        var greedy = Enumerable.Range(0, 3).Select(_ => places.TakeAsync("greedy", default).AsTask()).ToList();
        var modest = places.TakeAsync("modest", default).AsTask();

        held!.Dispose();
        var first = await greedy[0].WaitAsync(Deadline.Time);
        Assert.False(modest.IsCompleted);
        first!.Dispose();

        using var second = await modest.WaitAsync(Deadline.Time); // before the second of those who came earlier
        Assert.NotNull(second);
        Assert.False(greedy[1].IsCompleted);
    }

    [Fact]
    public async Task Nobody_waits_longer_than_said()
    {
        var places = Places(1, waiting: 4);
        using var held = await places.TakeAsync("a", default);
        var late = places.TakeAsync("b", default).AsTask();
        _time.Advance(Wait);
        Assert.Null(await late.WaitAsync(Deadline.Time));
    }

    [Fact]
    public async Task Who_gives_up_waiting_leaves_the_place_to_others()
    {
        var places = Places(1, waiting: 4);
        var held = await places.TakeAsync("a", default);
        using var leaving = new CancellationTokenSource();
        var left = places.TakeAsync("b", leaving.Token).AsTask();
        var next = places.TakeAsync("c", default).AsTask();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);

        held!.Dispose();

        using var got = await next.WaitAsync(Deadline.Time);
        Assert.NotNull(got);
    }

    [Fact]
    public async Task One_who_fills_the_queue_leaves_others_a_part_of_it()
    {
        var places = Places(1, waiting: 4);
        using var held = await places.TakeAsync("a", default);
        var greedy = Enumerable.Range(0, 10).Select(_ => places.TakeAsync("greedy", default).AsTask()).ToList();
        Assert.Equal(2, greedy.Count(task => !task.IsCompleted));
        Assert.All(greedy.Where(task => task.IsCompleted), task => Assert.Null(task.Result));
        Assert.False(places.TakeAsync("other", default).AsTask().IsCompleted);
    }

    [Fact]
    public async Task A_place_that_is_not_given_back_is_free_after_its_time()
    {
        var places = Places(1, waiting: 4);
        var kept = await places.TakeAsync("a", default);
        _time.Advance(Hold);
        using var next = await places.TakeAsync("b", default);
        Assert.NotNull(next);
        kept!.Dispose(); // too late to matter
        Assert.Equal(1, places.Taken);
    }

    [Fact]
    public async Task Threads_that_take_and_give_back_lose_nothing()
    {
        var places = new FairPlaces<int>(new PlaceLimits(5, 1000, Deadline.Time, Deadline.Time), TimeProvider.System);
        var most = 0;
        await Parallel.ForAsync(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, token) =>
        {
            using var place = await places.TakeAsync(i % 7, token);
            Assert.NotNull(place);
            InterlockedMax(ref most, places.Taken);
            await Task.Yield();
        });
        Assert.Equal(0, places.Taken);
        Assert.InRange(most, 1, 5);
    }

    private FairPlaces<string> Places(int places, int waiting) => new(new PlaceLimits(places, waiting, Wait, Hold), _time);

    private static async Task<int> CountAsync(FairPlaces<string> places, string key, int asked)
    {
        var got = 0;
        for (var i = 0; i < asked; i++)
            if (await places.TakeAsync(key, default) is not null)
                got++;
        return got;
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
            continue;
    }
}
