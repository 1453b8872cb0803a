namespace Postern.Server.Iam.Policies.Patterns;

/// <summary>Action or NotAction of a statement. Actions are compared without regard to case and have no variables.</summary>
internal sealed class ActionClause(bool negated, TextPattern[] patterns)
{
    private static readonly ConditionContext Nothing = new();

    public bool Negated => negated;

    public IReadOnlyList<TextPattern> Patterns => patterns;

    public bool Matches(string action)
    {
        foreach (var pattern in patterns)
            if (pattern.Match(action, Nothing, ignoreCase: true) == PatternMatch.Yes)
                return !negated;
        return negated;
    }
}
