using Postern.Server.Iam.Policies;

namespace Postern.Tests.Iam.Policies;

/// <summary>Names longer than anything here has: comparing them with patterns would take as long as somebody likes.</summary>
public sealed class LongNameTests
{
    private const string Start = "arn:aws:s:::x";

    private static readonly string Longest = Start + new string('a', PolicyLimits.MatchedLength - Start.Length - 1) + "b";

    [Theory]
    [InlineData("Allow", "\"Resource\":\"arn:aws:s:::x*b\"", false)]
    [InlineData("Allow", "\"NotResource\":\"arn:aws:s:::y*b\"", false)] // whether it is one of those that are left out is not known
    [InlineData("Allow", "\"Resource\":\"*\"", true)]
    [InlineData("Allow", "\"Resource\":\"arn:aws:s:::xa*\"", true)]
    public void A_pattern_with_wildcards_inside_allows_no_name_beyond_the_limit(string effect, string resource, bool allowed)
    {
        Assert.True(IsAllowed(effect, resource, Longest));
        Assert.Equal(allowed, IsAllowed(effect, resource, Longest.Insert(Start.Length, "a")));
    }

    [Fact]
    public void What_is_not_known_to_be_left_out_of_a_denial_is_denied()
    {
        var policies = new PolicySet([Policy("Allow", "\"Resource\":\"*\""), Policy("Deny", "\"NotResource\":\"arn:aws:s:::x*b\"")]);
        Assert.True(Evaluate(policies, Longest));
        Assert.False(Evaluate(policies, Longest.Insert(Start.Length, "a")));
    }

    private static bool IsAllowed(string effect, string resource, string name) => Evaluate(new PolicySet([Policy(effect, resource)]), name);

    private static bool Evaluate(PolicySet policies, string name) => PolicyEvaluator.Evaluate(policies, new AuthorizationQuery("a:b", [name], new ConditionContext())).IsAllowed;

    private static NamedPolicy Policy(string effect, string resource)
        => new("test", PolicyDocument.Parse($$"""{"Version":"2012-10-17","Statement":{"Effect":"{{effect}}","Action":"*",{{resource}}} }""", PolicyUse.Identity));
}
