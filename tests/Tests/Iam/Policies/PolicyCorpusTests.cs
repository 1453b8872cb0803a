using System.Globalization;
using Postern.Server.Iam.Policies;

namespace Postern.Tests.Iam.Policies;

public class PolicyCorpusTests
{
    public static TheoryData<string> Cases => [.. PolicyCorpus.Names];

    [Theory, MemberData(nameof(Cases))]
    public void Every_case_is_decided_as_documented(string name)
    {
        var one = PolicyCorpus.Find(name);
        if (one.IsRefusal)
        {
            Assert.Contains(one.Words, Assert.Throws<PolicyException>(() => PolicyDocument.Parse(one.Document, one.Use)).Message);
            return;
        }

        var decision = one.Decide();

        Assert.True(one.Decision == decision.Kind.ToString(), $"{one.Reason} Expected {one.Decision}, was {decision.Kind} by {decision.Decided}.");
        Assert.Equal(one.DecidedBy, decision.Decided is { } decided ? decided.Sid ?? decided.Index.ToString(CultureInfo.InvariantCulture) : null);
        Assert.Equal(one.ByAccount, decision.ByAccount);
        if (one.Layer is { } layer)
            Assert.Equal(layer, decision.Layer.ToString());
    }

    [Fact]
    public void The_corpus_is_large_and_every_case_has_a_reason()
    {
        Assert.True(PolicyCorpus.All.Count() >= 600);
        Assert.All(PolicyCorpus.All, one => Assert.Matches(@"\A\S.+[.?]\z", one.Reason));
    }

    [Fact]
    public void Every_decision_can_be_explained()
        => Assert.All(PolicyCorpus.All.Where(one => !one.IsRefusal).Select(one => one.Decide()), decision =>
        {
            var explanation = decision.Explain();
            Assert.Equal(decision.IsAllowed, explanation.Changes.Count == 0);
            Assert.Equal(decision.IsAllowed, decision.Reason.Length == 0);
            if (decision.Decided is { } decided)
                Assert.Equal(decided, Assert.Single(explanation.Closest).Statement);
            else
                Assert.All(explanation.Closest, finding => Assert.NotEmpty(finding.Mismatches));
        });
}
