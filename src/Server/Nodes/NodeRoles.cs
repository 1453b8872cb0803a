using Postern.Protocol.AwsJson;
using Postern.Server.Iam;
using Postern.Server.Iam.Policies;

namespace Postern.Server.Nodes;

/// <summary>The roles that nodes act with: any role that lets Systems Manager assume it.</summary>
internal sealed class NodeRoles(PrincipalStore principals)
{
    private const string Service = "ssm.amazonaws.com", AssumeRole = "sts:AssumeRole";

    /// <exception cref="AwsErrorException">ValidationException: no such role, or it trusts others only.</exception>
    public async Task CheckAsync(string name, Arns arns, CancellationToken cancellationToken)
    {
        var role = await principals.FindRoleByNameAsync(name, cancellationToken);
        if (role is null || !Trusts(role, arns))
            throw new AwsErrorException("ValidationException", $"Nonexistent role or missing ssm service principal in trust policy: {name}");
    }

    // AWS's guide has people write conditions on the account and the ARN on whose behalf the service acts.
    private static bool Trusts(RolePrincipal role, Arns arns)
    {
        var context = new ConditionContext().Add("aws:SourceAccount", arns.Account).Add("aws:SourceArn", arns.Ssm("managed-instance", "*"));
        return PolicyEvaluator.EvaluateTrust(role.TrustPolicy, new PrincipalQuery(null, [], Service), new AuthorizationQuery(AssumeRole, [role.Arn], context)).IsAllowed;
    }
}
