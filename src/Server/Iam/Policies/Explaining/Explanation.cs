namespace Postern.Server.Iam.Policies.Explaining;

/// <summary>Why a request was decided as it was, and what would have to change.</summary>
/// <param name="Closest">Of an implicit denial, the statements of the layer that did not allow, the closest first; of the other decisions the one that decided.</param>
/// <param name="Changes">What would turn the decision, a sentence each. Empty for what is allowed.</param>
internal sealed record Explanation(IReadOnlyList<StatementFinding> Closest, IReadOnlyList<string> Changes)
{
    /// <summary>More would not be read.</summary>
    private const int MostShown = 5;

    public static Explanation Of(Decision decision) => decision.Kind switch
    {
        DecisionKind.Allowed => new([Decided(decision)], []),
        DecisionKind.ExplicitDeny => new([Decided(decision)], [ChangeOf(decision)]),
        _ => Missing(decision),
    };

    private static StatementFinding Decided(Decision decision)
        => new(decision.Decided!, decision.Layer, decision.Statement!.Effect, []);

    private static string ChangeOf(Decision decision)
    {
        var conditions = decision.Statement!.Conditions.Select(condition => $"{condition.Operator} {condition.Key}").ToList();
        var but = conditions.Count == 0 ? "" : $" It holds because of its conditions: {string.Join(", ", conditions)}.";
        return $"The {decision.Decided} denies this, and no other statement can allow what one denies: remove it, or narrow it so that it does not match.{but}";
    }

    private static Explanation Missing(Decision decision)
    {
        var query = decision.Query;
        var shown = query.Resource[0];
        var closest = Policies(decision)
            .SelectMany(policy => policy.Document.Statements
                .Where(statement => statement.Effect == Effect.Allow)
                .Select(statement => StatementFinding.Of(policy, statement, decision.Layer, query)))
            .OrderBy(finding => finding.Distance)
            .Take(MostShown).ToList();
        var changes = new List<string>();
        if (closest is [{ Mismatches: [.., _] mismatches } first, ..] && mismatches.All(mismatch => mismatch.Element != "Action" && mismatch.Element != "NotAction"))
            changes.Add($"The {first.Statement} would allow it if {string.Join(", and if ", mismatches.Select(mismatch => mismatch.Change))}.");
        changes.Add(decision.Layer switch
        {
            PolicyLayer.Identity => $"Attach a policy to the principal, or to a group it is in, with a statement that allows {query.Action} on {shown}.",
            PolicyLayer.Boundary => $"Its own policies allow this, the permissions boundary does not: add {query.Action} on {shown} to the boundary.",
            PolicyLayer.Session => $"The role's policies allow this, the session's do not: assume the role with session policies that allow {query.Action} on {shown}, or without any.",
            _ => $"Add a statement to the role's trust policy that names the principal and allows {query.Action}.",
        });
        return new(closest, changes);
    }

    private static IEnumerable<NamedPolicy> Policies(Decision decision) => decision.Layer switch
    {
        PolicyLayer.Identity => decision.Policies!.Identity,
        PolicyLayer.Boundary => [decision.Policies!.Boundary!],
        PolicyLayer.Session => decision.Policies!.Session!,
        _ => [],
    };
}
