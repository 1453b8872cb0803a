namespace Postern.Server.Iam.Policies.Patterns;

/// <summary>Resource or NotResource of a statement.</summary>
internal sealed class ResourceClause(bool negated, TextPattern[] patterns, Effect effect)
{
    public bool Negated => negated;

    public IReadOnlyList<TextPattern> Patterns => patterns;

    /// <param name="names">The names of one resource. Resource matches when any of them does, NotResource when none of them is named.</param>
    /// <param name="context">Where variables get their values.</param>
    public bool Matches(IReadOnlyList<string> names, ConditionContext context)
    {
        var unresolved = false;
        foreach (var pattern in patterns)
            for (var i = 0; i < names.Count; i++)
                switch (pattern.Match(names[i], context))
                {
                    case PatternMatch.Yes:
                        return !negated;
                    case PatternMatch.Unresolved:
                        unresolved = true;
                        break;
                }
        // "All but something that has no value" is everything: that may deny, but not allow.
        return negated && (!unresolved || effect == Effect.Deny);
    }
}
