using System.Net;
using Postern.Server.Iam;
using Postern.Tests.Support;

namespace Postern.Tests.Iam;

public sealed class SeenSignaturesTests
{
    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.1"), There = IPAddress.Parse("192.0.2.2");
    private readonly ManualTime _time = new();

    [Fact]
    public void A_retry_is_let_through_and_a_copy_is_not()
    {
        var seen = new SeenSignatures(_time);
        Assert.False(seen.IsReplay("a", Here));
        Assert.False(seen.IsReplay("a", Here));
        Assert.True(seen.IsReplay("a", There));
        _time.Advance(SeenSignatures.RetryTime + TimeSpan.FromSeconds(1));
        Assert.True(seen.IsReplay("a", Here));
        Assert.False(seen.IsReplay("b", There));
    }

    [Fact]
    public void A_signature_is_remembered_for_as_long_as_it_is_valid()
    {
        var seen = new SeenSignatures(_time);
        _time.Advance(SeenSignatures.Window - TimeSpan.FromSeconds(1));
        Assert.False(seen.IsReplay("a", Here));
        for (var passed = TimeSpan.Zero; passed < SeenSignatures.Window; passed += TimeSpan.FromMinutes(1))
        {
            Assert.True(seen.IsReplay("a", There));
            _time.Advance(TimeSpan.FromMinutes(1));
        }
    }

    [Fact]
    public void Memory_is_bounded_to_two_windows()
    {
        var seen = new SeenSignatures(_time);
        Assert.False(seen.IsReplay("first", Here));
        for (var i = 0; i < SeenSignatures.MaxSeen; i++) Assert.False(seen.IsReplay($"x{i}", Here));
        Assert.True(seen.IsReplay("first", There));
        for (var i = 0; i < SeenSignatures.MaxSeen; i++) Assert.False(seen.IsReplay($"y{i}", Here));
        Assert.False(seen.IsReplay("first", There));
    }
}
