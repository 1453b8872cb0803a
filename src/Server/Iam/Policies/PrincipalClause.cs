namespace Postern.Server.Iam.Policies;

/// <summary>Principal of a statement in a trust policy.</summary>
/// <param name="everyone">Every principal of every account: "*".</param>
/// <param name="accounts">Twelve digits, whether written so or as the ARN of the root.</param>
/// <param name="names">ARNs and unique ids of users, roles and role sessions.</param>
/// <param name="services">Such as ssm.amazonaws.com.</param>
/// <param name="federated">Identity providers.</param>
internal sealed class PrincipalClause(bool everyone, IReadOnlySet<string> accounts, IReadOnlySet<string> names, IReadOnlySet<string> services, IReadOnlySet<string> federated)
{
    public bool Everyone => everyone;

    public IReadOnlySet<string> Accounts => accounts;

    public IReadOnlySet<string> Names => names;

    public IReadOnlySet<string> Services => services;

    public IReadOnlySet<string> Federated => federated;

    public PrincipalMatch Match(PrincipalQuery principal)
    {
        if (principal.Service is { } service)
            return services.Contains(service) ? PrincipalMatch.Named : PrincipalMatch.No;
        if (principal.Federated is { } provider)
            return federated.Contains(provider) ? PrincipalMatch.Named : PrincipalMatch.No;
        foreach (var name in principal.Names)
            if (names.Contains(name))
                return PrincipalMatch.Named;
        return everyone || principal.Account is { } account && accounts.Contains(account) ? PrincipalMatch.ByAccount : PrincipalMatch.No;
    }
}

internal enum PrincipalMatch
{
    No,

    /// <summary>The account is trusted, or everyone: its own policies say which of its principals may.</summary>
    ByAccount,

    /// <summary>The principal itself is trusted.</summary>
    Named,
}

/// <summary>Who asks to assume a role.</summary>
/// <param name="Account">Twelve digits; null for services and federated principals.</param>
/// <param name="Names">Everything the principal is called: a user's ARN and id; of a role session its own ARN, the role's ARN and the role's id.</param>
/// <param name="Service">The service's name when a service asks.</param>
/// <param name="Federated">The provider's name or ARN when it vouches for somebody.</param>
internal sealed record PrincipalQuery(string? Account, IReadOnlyList<string> Names, string? Service = null, string? Federated = null);
