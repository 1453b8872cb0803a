using Postern.Server.Iam;
using Postern.Server.Iam.Policies;

namespace Postern.Server.Identity.Simulation;

/// <summary>On whose behalf a simulation asks.</summary>
/// <param name="Policies">All that decide.</param>
/// <param name="Keys">What is known of it without a request: its name, ARN, tags.</param>
internal sealed record SimulatedPrincipal(PolicySet Policies, ConditionContext Keys)
{
    /// <summary>Policies without a principal.</summary>
    public static SimulatedPrincipal Nobody(IReadOnlyList<NamedPolicy> policies) => new(new PolicySet(policies), new ConditionContext());

    /// <param name="store">Where principals are.</param>
    /// <param name="account">Of the principals here.</param>
    /// <param name="arn">Of a user, group or role.</param>
    /// <param name="cancellationToken">The end of the request.</param>
    /// <returns>Null when there is none.</returns>
    public static async Task<SimulatedPrincipal?> FindAsync(PrincipalStore store, string account, string arn, CancellationToken cancellationToken)
    {
        var resource = arn.StartsWith($"arn:aws:iam::{account}:", StringComparison.Ordinal) ? arn[(arn.LastIndexOf(':') + 1)..] : "";
        if (resource.StartsWith("group/", StringComparison.Ordinal))
            return await store.FindGroupPoliciesAsync(arn, cancellationToken) is { } policies ? Nobody(policies) : null;
        var name = resource[(resource.LastIndexOf('/') + 1)..];
        Principal? principal = resource.StartsWith("user/", StringComparison.Ordinal) ? await store.FindUserByNameAsync(name, cancellationToken)
            : resource.StartsWith("role/", StringComparison.Ordinal) ? await store.FindRoleByNameAsync(name, cancellationToken)
            : null;
        return principal is null || principal.Arn != arn ? null : Of(principal, account);
    }

    public static SimulatedPrincipal Of(Principal principal, string account)
    {
        var keys = new ConditionContext().Add("aws:PrincipalArn", principal.Arn).Add("aws:PrincipalAccount", account);
        if (principal is UserPrincipal)
            keys.Add("aws:username", principal.Name).Add("aws:userid", principal.Id).Add("aws:PrincipalType", "User");
        else
            keys.Add("aws:PrincipalType", "AssumedRole"); // the rest of aws:userid is the session's name, which a simulation has not
        foreach (var (key, value) in principal.Tags)
            keys.Add($"aws:PrincipalTag/{key}", value);
        return new(new PolicySet(principal.Policies, principal.Boundary), keys);
    }
}
