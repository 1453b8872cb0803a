using System.Text.Json;
using System.Text.Json.Nodes;
using Postern.Server.Iam.Policies;

namespace Postern.Tests.Iam.Policies;

public class PolicyPropertyTests
{
    private const int Rounds = 1_500;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    [Fact]
    public void Adding_a_denial_never_grants() => ForAll((generator, policies, query, before) =>
    {
        generator.Pick(policies).Insert(0, generator.Statement("Deny"));
        Assert.False(!before.IsAllowed && Decide(policies, query).IsAllowed);
    });

    [Fact]
    public void Removing_a_statement_that_allows_never_grants() => ForAll((generator, policies, query, before) =>
    {
        var from = generator.Pick(policies);
        if (from.Find(statement => (string?)statement["Effect"] == "Allow") is not { } removed || from.Count == 1)
            return;
        from.Remove(removed);
        Assert.False(!before.IsAllowed && Decide(policies, query).IsAllowed);
    });

    [Fact]
    public void Adding_a_statement_that_allows_never_denies() => ForAll((generator, policies, query, before) =>
    {
        generator.Pick(policies).Add(generator.Statement("Allow"));
        Assert.False(before.IsAllowed && !Decide(policies, query).IsAllowed);
    });

    [Fact]
    public void The_order_of_policies_and_statements_never_matters() => ForAll((generator, policies, query, before) =>
        Assert.Equal(before.Kind, Decide(generator.Shuffled(policies.Select(generator.Shuffled)), query).Kind));

    [Fact]
    public void How_statements_are_spread_over_policies_never_matters() => ForAll((_, policies, query, before) =>
        Assert.Equal(before.Kind, Decide([policies.SelectMany(statements => statements)], query).Kind));

    [Fact]
    public void A_boundary_and_session_policies_never_widen() => ForAll((generator, policies, query, before) =>
    {
        var own = PolicyGenerator.Set(policies);
        var boundary = PolicyGenerator.Policy(generator.Statements());
        var session = generator.Policies().ConvertAll(PolicyGenerator.Policy);
        foreach (var narrowed in (PolicySet[])[own with { Boundary = boundary }, own with { Session = session }, own with { Boundary = boundary, Session = session }])
            Assert.False(!before.IsAllowed && PolicyEvaluator.Evaluate(narrowed, query).IsAllowed);
    });

    [Fact]
    public void What_is_allowed_under_a_boundary_is_allowed_by_both() => ForAll((generator, policies, query, before) =>
    {
        var boundary = PolicyGenerator.Policy(generator.Statements());
        var both = PolicyEvaluator.Evaluate(PolicyGenerator.Set(policies) with { Boundary = boundary }, query);
        Assert.Equal(both.IsAllowed, before.IsAllowed && PolicyEvaluator.Evaluate(new([boundary]), query).IsAllowed);
    });

    [Fact]
    public void How_the_same_json_is_written_never_matters() => ForAll((_, policies, query, before) =>
    {
        var rewritten = policies.Select(statements => JsonNode.Parse(PolicyGenerator.Json(statements))!.ToJsonString(Indented))
            .Select(json => json.Replace("e", "\\u0065", StringComparison.Ordinal))
            .Select(json => new NamedPolicy("policy", PolicyDocument.Parse(json, PolicyUse.Identity)));
        Assert.Equal(before.Kind, PolicyEvaluator.Evaluate(new([.. rewritten]), query).Kind);
    });

    [Fact]
    public void The_decision_is_that_of_the_statement_it_names() => ForAll((_, policies, query, before) =>
    {
        if (before.Decided is not { } decided)
            return;
        var effects = policies.SelectMany(statements => statements.Where((_, index) => index == decided.Index)).Select(statement => (string?)statement["Effect"]);
        Assert.Contains(before.IsAllowed ? "Allow" : "Deny", effects);
    });

    private static Decision Decide(IEnumerable<IEnumerable<JsonObject>> policies, AuthorizationQuery query) => PolicyEvaluator.Evaluate(PolicyGenerator.Set(policies), query);

    private static void ForAll(Action<PolicyGenerator, List<List<JsonObject>>, AuthorizationQuery, Decision> holds)
    {
        var decisions = new HashSet<DecisionKind>();
        for (var round = 0; round < Rounds; round++)
        {
            var generator = new PolicyGenerator(round);
            var policies = generator.Policies();
            var query = generator.Query();
            var before = Decide(policies, query);
            decisions.Add(before.Kind);
            holds(generator, policies, query, before);
        }
        Assert.Equal(3, decisions.Count); // otherwise nothing much was tried
    }
}
