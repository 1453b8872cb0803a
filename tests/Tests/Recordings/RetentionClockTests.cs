using Microsoft.Extensions.Logging.Abstractions;
using Postern.Server.Recordings;
using Postern.Server.Settings;
using Postern.Tests.Support;

namespace Postern.Tests.Recordings;

/// <summary>When the clock is believed that recordings are old.</summary>
public sealed class RetentionClockTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly SteppedTime _time = new();
    private RetentionClock _clock;

    public RetentionClockTests() => _clock = Start();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_clock_that_goes_on_is_believed()
    {
        for (var hour = 0; hour < 100; hour++)
        {
            Assert.True(_clock.IsBelieved());
            _time.Pass(TimeSpan.FromHours(1));
        }
        _time.Pass(TimeSpan.FromDays(40)); // nobody looked
        Assert.True(_clock.IsBelieved());
    }

    [Fact]
    public void One_that_jumped_ahead_is_believed_once_it_has_gone_on_for_a_day()
    {
        Assert.True(_clock.IsBelieved());
        _time.Step(TimeSpan.FromDays(400));
        Assert.False(_clock.IsBelieved());
        _time.Pass(RetentionClock.Wait / 2);
        Assert.False(_clock.IsBelieved());
        _time.Step(TimeSpan.FromDays(2)); // from the beginning
        Assert.False(_clock.IsBelieved());
        _time.Pass(RetentionClock.Wait - TimeSpan.FromSeconds(1));
        Assert.False(_clock.IsBelieved());
        _time.Pass(TimeSpan.FromSeconds(1));
        Assert.True(_clock.IsBelieved());
        Assert.True(_clock.IsBelieved());
    }

    [Fact]
    public void One_that_was_put_right_is_believed_at_once()
    {
        Assert.True(_clock.IsBelieved());
        _time.Step(TimeSpan.FromDays(400));
        Assert.False(_clock.IsBelieved());
        _time.Step(TimeSpan.FromDays(-400));
        Assert.True(_clock.IsBelieved());
    }

    [Fact]
    public void One_that_goes_back_is_believed_and_noticed_when_it_comes_forth_again()
    {
        Assert.True(_clock.IsBelieved());
        _time.Step(TimeSpan.FromDays(-9000));
        Assert.True(_clock.IsBelieved());
        _time.Step(TimeSpan.FromDays(9000));
        Assert.False(_clock.IsBelieved());
    }

    [Fact]
    public void A_jump_over_a_restart_is_noticed_and_a_short_pause_is_none()
    {
        Assert.True(_clock.IsBelieved());
        _time.Step(TimeSpan.FromHours(20));
        _clock = Start();
        Assert.True(_clock.IsBelieved());
        _time.Step(TimeSpan.FromDays(30));
        _clock = Start();
        Assert.False(_clock.IsBelieved());
        _clock = Start();
        Assert.False(_clock.IsBelieved());
        _time.Pass(RetentionClock.Wait);
        Assert.True(_clock.IsBelieved());
    }

    private RetentionClock Start() => new(new RecordingFolder(new ServerOptions { Data = _folder.Path }), _time, NullLogger<RetentionClock>.Instance);

    /// <summary>A clock that can be set, beside a time that goes on.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        private long _stamp = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => _now;

        public override long GetTimestamp() => _stamp;

        public void Pass(TimeSpan by) => (_now, _stamp) = (_now + by, _stamp + by.Ticks);

        public void Step(TimeSpan by) => _now += by;
    }
}
