using Postern.Server.Iam.Policies.Conditions;
using Postern.Server.Iam.Policies.Patterns;

namespace Postern.Server.Iam.Policies;

/// <summary>A statement of a policy, checked and ready to be compared with requests.</summary>
internal sealed class Statement
{
    /// <summary>Counted from zero.</summary>
    public required int Index { get; init; }

    /// <summary>Where it stands in the document as UTF-8: its first byte, and the one behind it.</summary>
    public (int Start, int End) Bytes { get; init; }

    /// <summary>Null when the statement has no name.</summary>
    public string? Sid { get; init; }

    public required Effect Effect { get; init; }

    public required ActionClause Action { get; init; }

    /// <summary>Null in trust policies, whose resource is the role they belong to.</summary>
    public ResourceClause? Resource { get; init; }

    /// <summary>Trust policies only.</summary>
    public PrincipalClause? Principal { get; init; }

    public required IReadOnlyList<Condition> Conditions { get; init; }

    /// <summary>The condition keys it asks for, those of policy variables included; some may come twice.</summary>
    public IEnumerable<string> Keys
        => Conditions.SelectMany(condition => condition.Keys).Concat(Resource?.Patterns.SelectMany(pattern => pattern.Variables) ?? []);

    /// <summary>Whether the statement is about this request; the principal is looked at elsewhere.</summary>
    public bool Matches(AuthorizationQuery query)
        => Action.Matches(query.Action) && (Resource is null || Resource.Matches(query.Resource, query.Context)) && ConditionsHold(query.Context);

    public bool ConditionsHold(ConditionContext context)
    {
        for (var i = 0; i < Conditions.Count; i++)
            if (!Conditions[i].Holds(context))
                return false;
        return true;
    }
}
