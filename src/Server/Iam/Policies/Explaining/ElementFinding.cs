using Postern.Server.Iam.Policies.Conditions;
using Postern.Server.Iam.Policies.Patterns;

namespace Postern.Server.Iam.Policies.Explaining;

/// <summary>An element of a statement that does not match a request.</summary>
/// <param name="Element">Action, NotAction, Resource, NotResource, or the operator and key of a condition.</param>
/// <param name="Wanted">What the statement has, variables replaced.</param>
/// <param name="Given">What the request has.</param>
/// <param name="Change">What would have to be otherwise, to stand behind "if".</param>
internal sealed record ElementFinding(string Element, string Wanted, string Given, string Change)
{
    /// <summary>More values would not be read.</summary>
    private const int MostShown = 8;

    public static ElementFinding Of(string name, bool negated, IReadOnlyList<TextPattern> patterns, string given, ConditionContext context)
    {
        var element = negated ? $"Not{name}" : name;
        var wanted = Join(patterns.Select(pattern => pattern.Expand(context) ?? $"{pattern.Written} (a variable in it has no value)"));
        return new(element, wanted, given, $"its {element} {(negated ? "did not name" : "also named")} {given}");
    }

    public static ElementFinding Of(Condition condition, ConditionContext context)
    {
        var wanted = Join(condition.Values.Select(value => $"'{Expanded(condition, value, context)}'"));
        var given = context.Find(condition.Key).ToString();
        return new($"{condition.Operator} {condition.Key}", wanted, given, condition.Operator.Kind == ConditionKind.Null
            ? $"{condition.Key} were {(given == "absent" ? "there" : "absent")}"
            : $"{condition.Key} were {Comparison(condition.Operator)}{wanted} (it is {given})");
    }

    private static string Comparison(ConditionOperator op)
    {
        var words = op.Kind switch
        {
            ConditionKind.Number or ConditionKind.Date => op.Ordering switch
            {
                Ordering.Less => "less than ",
                Ordering.LessOrEqual => "at most ",
                Ordering.Greater => "more than ",
                Ordering.GreaterOrEqual => "at least ",
                _ => "",
            },
            ConditionKind.Address => "in ",
            ConditionKind.Text or ConditionKind.Arn when op.Wildcards => "like ",
            _ => "",
        };
        return op.Negated ? $"not {words}" : words;
    }

    private static string Expanded(Condition condition, string value, ConditionContext context)
    {
        if (condition.Operator.Kind is not (ConditionKind.Text or ConditionKind.Arn) || !condition.HasVariables)
            return value;
        return PatternReader.Read(value, condition.Operator.Wildcards, variables: true, out _)?.Expand(context) ?? $"{value}, in which a variable has no value,";
    }

    private static string Join(IEnumerable<string> values)
    {
        var all = values.ToList();
        var shown = string.Join(" or ", all.Take(MostShown));
        return all.Count > MostShown ? $"{shown} and {all.Count - MostShown} more" : shown;
    }
}
