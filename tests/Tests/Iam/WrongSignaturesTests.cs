using System.Net;
using Postern.Server.Iam;
using Postern.Tests.Support;

namespace Postern.Tests.Iam;

public sealed class WrongSignaturesTests
{
    private static readonly IPAddress Guesser = IPAddress.Parse("192.0.2.1"), Other = IPAddress.Parse("192.0.2.2");
    private readonly ManualTime _time = new();

    [Fact]
    public void One_key_from_one_source_is_refused_and_nobody_else()
    {
        var wrong = new WrongSignatures(_time);
        for (var i = 0; i < WrongSignatures.PerKey; i++) wrong.Add(Guesser, "AKIA1");
        Assert.True(wrong.IsExhausted(Guesser, "AKIA1"));
        Assert.False(wrong.IsExhausted(Other, "AKIA1"));
        Assert.False(wrong.IsExhausted(Guesser, "AKIA2"));
        _time.Advance(WrongSignatures.Window);
        Assert.False(wrong.IsExhausted(Guesser, "AKIA1"));
    }

    [Fact]
    public void A_network_of_ipv6_is_one_source()
    {
        var wrong = new WrongSignatures(_time);
        for (var i = 0; i < WrongSignatures.UnknownPerSource; i++) wrong.AddUnknown(IPAddress.Parse($"2001:db8::{i:x}"));
        Assert.True(wrong.IsExhaustedForUnknown(IPAddress.Parse("2001:db8::ffff")));
        Assert.False(wrong.IsExhaustedForUnknown(IPAddress.Parse("2001:db8:0:1::1")));
    }

    [Fact]
    public void Memory_is_bounded()
    {
        var wrong = new WrongSignatures(_time);
        for (var i = 0; i < 2 * WrongSignatures.MaxEntries; i++)
            for (var n = 0; n < WrongSignatures.PerKey; n++) wrong.Add(Guesser, $"AKIA{i}");
        Assert.True(wrong.IsExhausted(Guesser, "AKIA0"));
        Assert.False(wrong.IsExhausted(Guesser, $"AKIA{WrongSignatures.MaxEntries}"));
    }
}
