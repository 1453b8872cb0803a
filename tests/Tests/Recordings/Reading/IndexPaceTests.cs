using Postern.Server.Recordings.Search;
using Postern.Tests.Support;

namespace Postern.Tests.Recordings.Reading;

public sealed class IndexPaceTests
{
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(100);
    private readonly ManualTime _time = new();
    private TimeSpan _idle;

    [Theory]
    [InlineData(2, 0.0, 1.0)] // nobody else: all of one processor
    [InlineData(2, 1.0, 0.5)] // one is taken: half of the other, and half stays free
    [InlineData(2, 2.0, 0.1)] // none is free: a tenth
    [InlineData(1, 0.0, 0.5)]
    [InlineData(64, 10.0, 1.0)]
    public void It_takes_half_of_what_is_free_and_a_tenth_of_one_when_nothing_is(int processors, double others, double expected)
    {
        var pace = new IndexPace(() => _idle, _time);
        TimeSpan worked = default, passed = default;
        for (var turn = 0; turn < 400; turn++)
        {
            Pass(Turn, processors - Math.Min(others + 1, processors));
            var rest = pace.RestAfter(Turn);
            Pass(rest, processors - others);
            if (turn < 100)
                continue; // it has to find out first
            worked += Turn;
            passed += Turn + rest;
        }
        Assert.InRange(worked / passed, expected * 0.8, expected * 1.2);
    }

    [Fact]
    public void Where_nobody_knows_what_is_free_it_works_half_of_the_time()
    {
        var pace = new IndexPace(() => null, _time);
        for (var turn = 0; turn < 10; turn++)
        {
            _time.Advance(Turn);
            Assert.Equal(Turn, pace.RestAfter(Turn));
        }
    }

    [Fact]
    public void Little_work_adds_up_until_a_rest_is_worth_it()
    {
        var pace = new IndexPace(() => _idle, _time); // nothing is ever idle
        Assert.Equal(TimeSpan.Zero, pace.RestAfter(TimeSpan.FromMilliseconds(30)));
        Assert.Equal(TimeSpan.FromMilliseconds(60), pace.RestAfter(TimeSpan.FromMilliseconds(30)));
        Assert.Equal(TimeSpan.Zero, pace.RestAfter(TimeSpan.FromMilliseconds(30)));
    }

    private void Pass(TimeSpan duration, double idle)
    {
        _time.Advance(duration);
        _idle += duration * Math.Max(0, idle);
    }
}
