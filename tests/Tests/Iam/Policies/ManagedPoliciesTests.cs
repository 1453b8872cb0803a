using Postern.Server.Iam.Policies;
using Postern.Server.Iam.Policies.Managed;

namespace Postern.Tests.Iam.Policies;

public class ManagedPoliciesTests
{
    private const string Session = "arn:aws:ssm:eu-west-1:123456789012:session/anna-0123456789abcdef0";
    private const string Node = "arn:aws:ssm:eu-west-1:123456789012:managed-instance/mi-0123456789abcdef0";

    /// <summary>Characters without white space that AWS allows in a managed policy.</summary>
    private const int ManagedPolicySize = 6144;

    public static TheoryData<string> Names => [.. ManagedPolicies.All.Select(policy => policy.Name)];

    [Theory, MemberData(nameof(Names))]
    public void Every_managed_policy_is_valid_and_within_the_quota(string name)
    {
        var policy = ManagedPolicies.Find($"arn:aws:iam::aws:policy/{name}")!;
        PolicyDocument.Parse(policy.Document, PolicyUse.Identity);
        Assert.InRange(policy.Document.Count(c => !char.IsWhiteSpace(c)), 1, ManagedPolicySize);
        Assert.NotEmpty(policy.Description);
    }

    [Theory]
    [InlineData("PosternSessionUser", "ssm:StartSession", Node, true)]
    [InlineData("PosternSessionUser", "ssm:StartSession", "arn:aws:ssm:eu-west-1::document/AWS-StartPortForwardingSessionToRemoteHost", true)]
    [InlineData("PosternSessionUser", "ssm:StartSession", "arn:aws:ssm:eu-west-1:123456789012:document/Secret", false)]
    [InlineData("PosternSessionUser", "ssm:DescribeSessions", "*", true)]
    [InlineData("PosternSessionUser", "ssm:DeregisterManagedInstance", Node, false)]
    [InlineData("PosternSessionUser", "ssm:CreateActivation", "*", false)]
    [InlineData("PosternAuditor", "cloudtrail:LookupEvents", "*", true)]
    [InlineData("PosternAuditor", "iam:GetAccountAuthorizationDetails", "*", true)]
    [InlineData("PosternAuditor", "iam:CreateAccessKey", "*", false)]
    [InlineData("PosternAuditor", "ssm:StartSession", Node, false)]
    [InlineData("PosternAuditor", "ssm:TerminateSession", Session, false)]
    [InlineData("AmazonSSMManagedInstanceCore", "ssmmessages:OpenDataChannel", "*", true)]
    [InlineData("AmazonSSMManagedInstanceCore", "ssm:StartSession", Node, false)]
    [InlineData("AmazonSSMFullAccess", "ssm:CreateActivation", "*", true)]
    [InlineData("AmazonSSMFullAccess", "iam:CreateUser", "*", false)]
    [InlineData("AmazonSSMReadOnlyAccess", "ssm:GetDocument", "*", true)]
    [InlineData("AmazonSSMReadOnlyAccess", "ssm:StartSession", Node, false)]
    [InlineData("AdministratorAccess", "iam:CreateUser", "*", true)]
    public void A_managed_policy_allows_what_it_is_for_and_no_more(string name, string action, string resource, bool allowed)
        => Assert.Equal(allowed, Decide(name, action, resource, new()).IsAllowed);

    [Fact]
    public void A_session_user_ends_own_sessions_only()
    {
        var own = new ConditionContext().Add("aws:userid", "AIDAANNA").Add("ssm:resourceTag/aws:ssmmessages:session-id", "AIDAANNA");
        var foreign = new ConditionContext().Add("aws:userid", "AIDAANNA").Add("ssm:resourceTag/aws:ssmmessages:session-id", "AIDABERT");
        Assert.True(Decide("PosternSessionUser", "ssm:TerminateSession", Session, own).IsAllowed);
        Assert.False(Decide("PosternSessionUser", "ssm:TerminateSession", Session, foreign).IsAllowed);
        Assert.False(Decide("PosternSessionUser", "ssm:TerminateSession", Session, new()).IsAllowed);
    }

    private static Decision Decide(string name, string action, string resource, ConditionContext context)
    {
        var policy = ManagedPolicies.All.Single(policy => policy.Name == name);
        return PolicyEvaluator.Evaluate(new([new(policy.Arn, PolicyDocument.Parse(policy.Document, PolicyUse.Identity))]), new(action, [resource], context));
    }
}
