using Postern.Server.Iam.Policies;

namespace Postern.Tests.Iam.Policies;

public class PolicyEvaluatorTests
{
    private const string Node = "arn:aws:ssm:eu-west-1:123456789012:managed-instance/mi-0123456789abcdef0";
    private const string NodeAsInstance = "arn:aws:ec2:eu-west-1:123456789012:instance/mi-0123456789abcdef0";

    [Fact]
    public void The_decision_names_policy_and_statement()
    {
        var policies = new PolicySet([Policy("first", Statement("Allow", "ssm:Describe*", "*")), Policy("second", Statement("Allow", "ssm:*", "*"), Statement("Deny", "ssm:StartSession", "*", "NoShells"))]);

        var decision = PolicyEvaluator.Evaluate(policies, Query());

        Assert.Equal(DecisionKind.ExplicitDeny, decision.Kind);
        Assert.Equal(new StatementReference("second", "NoShells", 1), decision.Decided);
        Assert.Equal("statement NoShells of second", decision.Decided!.ToString());
        Assert.Equal("with an explicit deny in an identity-based policy", decision.Reason);
    }

    [Theory]
    [InlineData(false, false, PolicyLayer.Identity, "because no identity-based policy allows the ssm:StartSession action")]
    [InlineData(true, false, PolicyLayer.Boundary, "because no permissions boundary allows the ssm:StartSession action")]
    [InlineData(true, true, PolicyLayer.Session, "because no session policy allows the ssm:StartSession action")]
    public void A_denial_says_which_policies_did_not_allow(bool identity, bool boundary, object layer, string reason)
    {
        var policies = new PolicySet(
            [Policy("own", Statement("Allow", identity ? "ssm:*" : "ec2:*", "*"))],
            Policy("boundary", Statement("Allow", boundary ? "ssm:*" : "ec2:*", "*")),
            [Policy("session", Statement("Allow", "ec2:*", "*"))]);

        var decision = PolicyEvaluator.Evaluate(policies, Query());

        Assert.Equal((DecisionKind.ImplicitDeny, layer, null), (decision.Kind, (object)decision.Layer, decision.Decided));
        Assert.Equal(reason, decision.Reason);
    }

    [Fact]
    public void An_empty_list_of_session_policies_allows_nothing()
        => Assert.False(PolicyEvaluator.Evaluate(new([Policy("own", Statement("Allow", "*", "*"))], Session: []), Query()).IsAllowed);

    [Fact]
    public void Resource_matches_any_of_a_resource_s_names_and_NotResource_none()
    {
        Assert.True(Decide(Statement("Allow", "ssm:StartSession", "arn:aws:ec2:*:*:instance/*")).IsAllowed);
        Assert.True(Decide(Statement("Allow", "ssm:StartSession", "arn:aws:ssm:*:*:managed-instance/*")).IsAllowed);
        Assert.False(Decide("""{"Effect":"Allow","Action":"ssm:*","NotResource":"arn:aws:ec2:*:*:instance/*"}""").IsAllowed);
        Assert.True(Decide("""{"Effect":"Allow","Action":"ssm:*","NotResource":"arn:aws:ssm:*:*:session/*"}""").IsAllowed);
    }

    [Fact]
    public void An_implicit_denial_explains_what_came_closest()
    {
        var decision = Decide(
            Statement("Allow", "ec2:*", "*"),
            """{"Sid":"Prod","Effect":"Allow","Action":"ssm:StartSession","Resource":"*","Condition":{"StringEquals":{"ssm:resourceTag/env":["prod","${aws:username}"]}}}""");

        var explanation = decision.Explain();

        var closest = explanation.Closest[0];
        Assert.Equal("Prod", closest.Statement.Sid);
        var mismatch = Assert.Single(closest.Mismatches);
        Assert.Equal(("StringEquals ssm:resourceTag/env", "'prod' or 'anna'", "'dev'"), (mismatch.Element, mismatch.Wanted, mismatch.Given));
        Assert.Equal("The statement Prod of p would allow it if ssm:resourceTag/env were 'prod' or 'anna' (it is 'dev').", explanation.Changes[0]);
        Assert.Equal(2, explanation.Closest.Count);
    }

    [Fact]
    public void An_explicit_denial_explains_itself()
    {
        var explanation = Decide(Statement("Allow", "*", "*"), """{"Sid":"Mfa","Effect":"Deny","Action":"*","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}""").Explain();

        Assert.Equal("Mfa", Assert.Single(explanation.Closest).Statement.Sid);
        Assert.Contains("BoolIfExists aws:MultiFactorAuthPresent", Assert.Single(explanation.Changes));
    }

    [Theory]
    [InlineData("""{"AWS":"arn:aws:iam::123456789012:user/anna"}""", true, false)]
    [InlineData("""{"AWS":"AIDAEXAMPLEEXAMPLE12"}""", true, false)]
    [InlineData("""{"AWS":["arn:aws:iam::123456789012:root","arn:aws:iam::123456789012:user/anna"]}""", true, false)]
    [InlineData("""{"AWS":"arn:aws:iam::123456789012:root"}""", true, true)]
    [InlineData("""{"AWS":"123456789012"}""", true, true)]
    [InlineData("\"*\"", true, true)]
    [InlineData("""{"AWS":"arn:aws:iam::123456789012:user/ANNA"}""", false, false)]
    [InlineData("""{"AWS":"210987654321"}""", false, false)]
    [InlineData("""{"Service":"ssm.amazonaws.com"}""", false, false)]
    public void A_role_trusts_whom_its_policy_names(string principal, bool allowed, bool byAccount)
    {
        var decision = Trust($$"""{"Effect":"Allow","Principal":{{principal}},"Action":"sts:AssumeRole"}""",
            new("123456789012", ["arn:aws:iam::123456789012:user/anna", "AIDAEXAMPLEEXAMPLE12"]));

        Assert.Equal((allowed, byAccount, PolicyLayer.Trust), (decision.IsAllowed, decision.ByAccount, decision.Layer));
    }

    [Fact]
    public void A_service_is_trusted_by_its_name_only()
    {
        var service = new PrincipalQuery(null, [], Service: "ssm.amazonaws.com");
        Assert.True(Trust("""{"Effect":"Allow","Principal":{"Service":"ssm.amazonaws.com"},"Action":"sts:AssumeRole"}""", service).IsAllowed);
        Assert.False(Trust("""{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}""", service).IsAllowed);
    }

    [Fact]
    public void A_trust_policy_denies_before_it_allows()
    {
        var decision = Trust("""
            [{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"},
             {"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole","Condition":{"StringNotEquals":{"sts:ExternalId":"12345"}}}]
            """, new("123456789012", ["arn:aws:iam::123456789012:user/anna"]));

        Assert.Equal("with an explicit deny in a role trust policy", decision.Reason);
    }

    private static Decision Trust(string statements, PrincipalQuery principal)
        => PolicyEvaluator.EvaluateTrust(PolicyDocument.Parse($$"""{"Version":"2012-10-17","Statement":{{statements}}}""", PolicyUse.Trust), principal,
            new("sts:AssumeRole", ["arn:aws:iam::123456789012:role/operators"], new()));

    private static Decision Decide(params string[] statements) => PolicyEvaluator.Evaluate(new([Policy("p", statements)]), Query());

    private static AuthorizationQuery Query()
        => new("ssm:StartSession", [Node, NodeAsInstance], new ConditionContext().Add("aws:username", "anna").Add("ssm:resourceTag/env", "dev").Add("aws:MultiFactorAuthPresent", "false"));

    private static NamedPolicy Policy(string name, params string[] statements)
        => new(name, PolicyDocument.Parse($$"""{"Version":"2012-10-17","Statement":[{{string.Join(',', statements)}}]}""", PolicyUse.Identity));

    private static string Statement(string effect, string action, string resource, string sid = "")
        => $$"""{"Sid":"{{sid}}","Effect":"{{effect}}","Action":"{{action}}","Resource":"{{resource}}"}""";
}
