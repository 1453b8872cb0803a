using Postern.Server.Iam;
using Postern.Tests.Support;

namespace Postern.Tests.Iam;

public sealed class SeenSignaturesTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void A_retry_is_let_through_and_a_copy_is_not()
    {
        var seen = new SeenSignatures(_time);
        Assert.False(seen.IsReplay("a"));
        _time.Advance(SeenSignatures.RetryTime);
        Assert.False(seen.IsReplay("a"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(seen.IsReplay("a"));
        Assert.False(seen.IsReplay("b"));
    }

    [Fact]
    public void A_signature_is_remembered_for_as_long_as_it_is_valid()
    {
        var seen = new SeenSignatures(_time);
        _time.Advance(SeenSignatures.Window - TimeSpan.FromSeconds(1));
        Assert.False(seen.IsReplay("a"));
        _time.Advance(SeenSignatures.RetryTime + TimeSpan.FromSeconds(1));
        for (var passed = SeenSignatures.RetryTime; passed < SeenSignatures.Window; passed += TimeSpan.FromMinutes(1))
        {
            Assert.True(seen.IsReplay("a"));
            _time.Advance(TimeSpan.FromMinutes(1));
        }
    }

    [Fact]
    public void Memory_is_bounded_to_two_windows()
    {
        var seen = new SeenSignatures(_time);
        Assert.False(seen.IsReplay("first"));
        _time.Advance(SeenSignatures.RetryTime + TimeSpan.FromSeconds(1));
        for (var i = 0; i < SeenSignatures.MaxSeen; i++) Assert.False(seen.IsReplay($"x{i}"));
        Assert.True(seen.IsReplay("first"));
        for (var i = 0; i < SeenSignatures.MaxSeen; i++) Assert.False(seen.IsReplay($"y{i}"));
        Assert.False(seen.IsReplay("first"));
    }
}
