using Postern.Server.Peers;
using Postern.Tests.Support;

namespace Postern.Tests.Peers;

/// <summary>A gateway is lost when it stops announcing itself, and not because a clock or a database is wrong.</summary>
public sealed class PeerSignsTests
{
    private readonly ManualTime _time = new();
    private readonly PeerSigns _signs;

    public PeerSignsTests() => _signs = new PeerSigns(_time);

    [Fact]
    public void It_is_lost_a_lifetime_after_its_last_sign_and_back_with_the_next()
    {
        var last = Announced();
        _signs.Look([last]);
        Look(TimeSpan.FromSeconds(10), last);
        Look(TimeSpan.FromSeconds(5), last);
        Assert.Null(_signs.LostOf("other"));
        Look(TimeSpan.FromSeconds(5), last);
        Assert.Equal(last.SeenAt, _signs.LostOf("other")!.SeenAt);
        Look(TimeSpan.FromSeconds(5), Announced());
        Assert.Null(_signs.LostOf("other"));
    }

    [Fact]
    public void One_that_was_away_before_this_gateway_looked_is_lost_once_it_had_the_time_to_show_itself()
    {
        var old = Announced(before: TimeSpan.FromHours(1));
        _signs.Look([old]);
        Look(TimeSpan.FromSeconds(5), old);
        Assert.Null(_signs.LostOf("other"));
        Look(TimeSpan.FromSeconds(5), old);
        Assert.NotNull(_signs.LostOf("other"));
        Assert.False(_signs.LostOf("other")!.IsAwayFor(TimeSpan.FromMinutes(32)));
        Look(TimeSpan.FromSeconds(10), old);
        Assert.True(_signs.LostOf("other")!.IsAwayFor(TimeSpan.FromMinutes(32)));
        Assert.False(_signs.LostOf("other")!.IsAwayFor(TimeSpan.FromHours(2)));
    }

    [Fact]
    public void One_whose_clock_is_an_hour_behind_is_not_lost()
    {
        for (var i = 0; i < 20; i++)
            Look(TimeSpan.FromSeconds(5), Announced(before: TimeSpan.FromHours(1)));
        Assert.Null(_signs.LostOf("other"));
    }

    [Fact]
    public void A_database_that_was_away_for_an_hour_makes_nobody_lost()
    {
        var last = Announced();
        _signs.Look([last]);
        Look(TimeSpan.FromHours(1), last); // nobody could announce himself meanwhile
        Assert.Null(_signs.LostOf("other"));
        Look(TimeSpan.FromSeconds(5), last);
        Assert.Null(_signs.LostOf("other"));
        Look(TimeSpan.FromSeconds(5), last);
        Assert.NotNull(_signs.LostOf("other"));
    }

    [Fact]
    public void One_that_the_table_does_not_have_is_neither_known_nor_lost()
    {
        _signs.Look([]);
        Assert.Null(_signs.LostOf("other"));
        Assert.False(_signs.Knows("other"));
    }

    private void Look(TimeSpan later, PeerRow row)
    {
        _time.Advance(later);
        _signs.Look([row]);
    }

    private PeerRow Announced(TimeSpan before = default) => new() { Name = "other", SeenAt = (_time.GetUtcNow() - before).ToUnixTimeMilliseconds() };
}
