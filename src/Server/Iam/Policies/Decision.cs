using Postern.Server.Iam.Policies.Explaining;

namespace Postern.Server.Iam.Policies;

internal enum DecisionKind
{
    Allowed,
    ExplicitDeny,
    ImplicitDeny,
}

/// <summary>The policies that decided.</summary>
internal enum PolicyLayer
{
    Identity,
    Boundary,
    Session,
    Trust,
}

/// <summary>A statement as people find it.</summary>
/// <param name="Policy">The policy's name.</param>
/// <param name="Sid">The statement's name, if it has one.</param>
/// <param name="Index">Counted from zero.</param>
internal sealed record StatementReference(string Policy, string? Sid, int Index)
{
    public override string ToString() => $"{(Sid is null ? $"statement {Index + 1}" : $"statement {Sid}")} of {Policy}";
}

/// <summary>What the policies say about a request, and which statement says it.</summary>
internal sealed class Decision
{
    private readonly NamedPolicy? _policy;
    private readonly Statement? _statement;
    private readonly PolicySet? _policies;

    internal Decision(DecisionKind kind, PolicyLayer layer, NamedPolicy? policy, Statement? statement, PolicySet? policies, AuthorizationQuery query)
    {
        (Kind, Layer, Query, _policy, _statement, _policies) = (kind, layer, query, policy, statement, policies);
    }

    public DecisionKind Kind { get; }

    /// <summary>Where it was decided. Of what is allowed: Identity, or Trust.</summary>
    public PolicyLayer Layer { get; }

    public bool IsAllowed => Kind == DecisionKind.Allowed;

    /// <summary>Of a role's trust: the account was trusted and not the principal itself, so that its own policies must allow it, too.</summary>
    public bool ByAccount { get; init; }

    /// <summary>Null when no statement matched.</summary>
    public StatementReference? Decided => _statement is null ? null : new(_policy!.Name, _statement.Sid, _statement.Index);

    public AuthorizationQuery Query { get; }

    internal PolicySet? Policies => _policies;

    internal Statement? Statement => _statement;

    /// <summary>AWS's words for a denial, to stand behind "is not authorized to perform: ACTION on resource: ARN ". Empty for what is allowed.</summary>
    public string Reason => Kind switch
    {
        DecisionKind.ExplicitDeny => $"with an explicit deny in {Article(LayerName)} {LayerName}",
        DecisionKind.ImplicitDeny => $"because no {LayerName} allows the {Query.Action} action",
        _ => "",
    };

    private string LayerName => Layer switch
    {
        PolicyLayer.Identity => "identity-based policy",
        PolicyLayer.Boundary => "permissions boundary",
        PolicyLayer.Session => "session policy",
        _ => "role trust policy",
    };

    /// <summary>The statements that came closest and what in them did not match. Put together when asked for: too dear for every call.</summary>
    public Explanation Explain() => Explanation.Of(this);

    private static string Article(string noun) => noun[0] == 'i' ? "an" : "a";
}
