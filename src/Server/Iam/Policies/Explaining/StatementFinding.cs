namespace Postern.Server.Iam.Policies.Explaining;

/// <summary>A statement next to a request.</summary>
/// <param name="Statement">Where it stands.</param>
/// <param name="Layer">The kind of its policy.</param>
/// <param name="Effect">What it would do.</param>
/// <param name="Mismatches">The elements that do not match; empty when all do.</param>
internal sealed record StatementFinding(StatementReference Statement, PolicyLayer Layer, Effect Effect, IReadOnlyList<ElementFinding> Mismatches)
{
    private const int ActionWeight = 10_000;
    private const int ResourceWeight = 100;

    /// <summary>How far from matching: another action is farthest, then another resource, then the number of conditions.</summary>
    public int Distance { get; private init; }

    public static StatementFinding Of(NamedPolicy policy, Statement statement, PolicyLayer layer, AuthorizationQuery query)
    {
        var mismatches = new List<ElementFinding>();
        var distance = 0;
        if (!statement.Action.Matches(query.Action))
        {
            mismatches.Add(ElementFinding.Of("Action", statement.Action.Negated, statement.Action.Patterns, query.Action, query.Context));
            distance += ActionWeight;
        }
        if (statement.Resource is { } resource && !resource.Matches(query.Resource, query.Context))
        {
            mismatches.Add(ElementFinding.Of("Resource", resource.Negated, resource.Patterns, string.Join(" or ", query.Resource), query.Context));
            distance += ResourceWeight;
        }
        foreach (var condition in statement.Conditions)
            if (!condition.Holds(query.Context))
            {
                mismatches.Add(ElementFinding.Of(condition, query.Context));
                distance++;
            }
        return new(new(policy.Name, statement.Sid, statement.Index), layer, statement.Effect, mismatches) { Distance = distance };
    }
}
