using Postern.Server.Iam.Policies.Conditions;
using Postern.Server.Iam.Policies.Patterns;

namespace Postern.Server.Iam.Policies;

/// <summary>A statement of a policy, checked and ready to be compared with requests.</summary>
internal sealed class Statement
{
    /// <summary>Counted from zero.</summary>
    public required int Index { get; init; }

    /// <summary>Null when the statement has no name.</summary>
    public string? Sid { get; init; }

    public required Effect Effect { get; init; }

    public required ActionClause Action { get; init; }

    /// <summary>Null in trust policies, whose resource is the role they belong to.</summary>
    public ResourceClause? Resource { get; init; }

    /// <summary>Trust policies only.</summary>
    public PrincipalClause? Principal { get; init; }

    public required IReadOnlyList<Condition> Conditions { get; init; }

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
