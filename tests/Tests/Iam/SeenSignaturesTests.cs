using Postern.Server.Iam;
using Postern.Tests.Support;

namespace Postern.Tests.Iam;

public sealed class SeenSignaturesTests
{
    private static readonly RequestAttempt First = new("call attempt=1", "192.0.2.1"), Second = First with { Id = "call attempt=2" };

    private readonly ManualTime _time = new();

    [Fact]
    public void Another_attempt_is_let_through_for_a_while_and_a_copy_never()
    {
        var seen = new SeenSignatures(_time);
        Assert.False(seen.IsReplay("a", First));
        Assert.True(seen.IsReplay("a", First));
        _time.Advance(SeenSignatures.RetryTime);
        Assert.False(seen.IsReplay("a", Second));
        Assert.True(seen.IsReplay("a", Second));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(seen.IsReplay("a", First with { Id = "call attempt=3" }));
        Assert.False(seen.IsReplay("b", First));
    }

    [Fact]
    public void A_repeat_from_elsewhere_is_a_copy_whatever_it_says()
    {
        var seen = new SeenSignatures(_time);
        Assert.False(seen.IsReplay("a", First));
        Assert.True(seen.IsReplay("a", Second with { Source = "192.0.2.2" }));
        Assert.False(seen.IsReplay("a", Second)); // the copy did not use the honest attempt up
    }

    [Fact]
    public void Calls_without_a_number_may_come_again_soon_and_from_one_place()
    {
        var seen = new SeenSignatures(_time);
        var plain = First with { Id = null };
        Assert.False(seen.IsReplay("user", plain));
        Assert.False(seen.IsReplay("user", plain));
        Assert.True(seen.IsReplay("user", plain with { Source = "192.0.2.2" }));
        Assert.False(seen.IsReplay("user", First)); // another client, which numbers its calls, asked for the same in the same second
        Assert.True(seen.IsReplay("user", First));
        _time.Advance(SeenSignatures.RetryTime);
        Assert.False(seen.IsReplay("user", plain));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(seen.IsReplay("user", plain));
    }

    [Fact]
    public void A_signature_is_remembered_for_as_long_as_it_is_valid()
    {
        var seen = new SeenSignatures(_time);
        _time.Advance(SeenSignatures.Window - TimeSpan.FromSeconds(1));
        Assert.False(seen.IsReplay("a", First));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(seen.IsReplay("a", First)); // in the window before
        _time.Advance(SeenSignatures.RetryTime);
        for (var passed = SeenSignatures.RetryTime; passed < SeenSignatures.Window - TimeSpan.FromMinutes(1); passed += TimeSpan.FromMinutes(1))
        {
            Assert.True(seen.IsReplay("a", Second));
            _time.Advance(TimeSpan.FromMinutes(1));
        }
    }

    [Fact]
    public void Memory_is_bounded_to_two_windows()
    {
        var seen = new SeenSignatures(_time);
        Assert.False(seen.IsReplay("first", First));
        for (var i = 0; i < SeenSignatures.MaxSeen; i++) Assert.False(seen.IsReplay($"x{i}", First));
        Assert.True(seen.IsReplay("first", First));
        for (var i = 0; i < SeenSignatures.MaxSeen; i++) Assert.False(seen.IsReplay($"y{i}", First));
        Assert.False(seen.IsReplay("first", First));
    }
}
