using Postern.Server.Iam.Policies.Patterns;

namespace Postern.Server.Iam.Policies.Conditions;

/// <summary>One key under one operator of a statement's Condition. All conditions of a statement must hold; of a condition's values one is enough.</summary>
internal sealed class Condition(ConditionOperator op, string key, IReadOnlyList<string> values, ValueTest test, Effect effect)
{
    public ConditionOperator Operator => op;

    public string Key => key;

    /// <summary>As the policy writes them.</summary>
    public IReadOnlyList<string> Values => values;

    /// <summary>The keys a decision needs: its own and those of the variables in its values.</summary>
    public IEnumerable<string> Keys => test.Variables.Prepend(key);

    public bool HasVariables => test.Variables.Any();

    public bool Holds(ConditionContext context)
    {
        var given = context.Find(key);
        if (test is PresenceTest presence)
            return presence.Holds(isAbsent: given.Count == 0);
        if (given.Count == 0)
            return op.IfExists || op.Qualifier switch
            {
                SetQualifier.ForAllValues => true,
                SetQualifier.ForAnyValue => false,
                _ => op.Negated,
            };
        // Without a qualifier: equal to one of the values; not equal to any of them.
        var all = op.Qualifier == SetQualifier.ForAllValues || op.Qualifier == SetQualifier.None && op.Negated;
        for (var i = 0; i < given.Count; i++)
            if (Holds(test.Matches(given[i], context)) != all)
                return !all;
        return all;
    }

    /// <summary>"Not equal to something that has no value" would hold for everybody: it is left to denials, which it may only widen.</summary>
    private bool Holds(PatternMatch match) => match switch
    {
        PatternMatch.Yes => !op.Negated,
        PatternMatch.No => op.Negated,
        _ => op.Negated && effect == Effect.Deny,
    };
}
