namespace Postern.Server.Iam.Policies.Conditions;

internal enum ConditionKind
{
    Text,
    Arn,
    Number,
    Date,
    Boolean,
    Binary,
    Address,
    Null,
}

internal enum SetQualifier
{
    None,
    ForAllValues,
    ForAnyValue,
}

/// <summary>How numbers and dates are compared.</summary>
internal enum Ordering
{
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>A condition operator with its qualifier and suffix, such as ForAnyValue:StringNotLikeIfExists.</summary>
/// <param name="Name">The operator without qualifier and suffix, as AWS writes it.</param>
/// <param name="Kind">What its values are.</param>
/// <param name="Negated">StringNotEquals and its like: holds when none of the values matches.</param>
/// <param name="Wildcards">Whether * and ? stand for other characters.</param>
/// <param name="IgnoreCase">Texts only.</param>
/// <param name="Ordering">Numbers and dates only.</param>
internal sealed record ConditionOperator(string Name, ConditionKind Kind, bool Negated = false, bool Wildcards = false, bool IgnoreCase = false, Ordering Ordering = Ordering.Equal)
{
    private const string IfExistsSuffix = "IfExists";

    private static readonly Dictionary<string, ConditionOperator> Known = All().ToDictionary(known => known.Name, StringComparer.OrdinalIgnoreCase);

    public SetQualifier Qualifier { get; private init; }

    public bool IfExists { get; private init; }

    /// <summary>Every name without qualifier and suffix.</summary>
    public static IEnumerable<string> Names => Known.Keys;

    /// <summary>As a policy writes it.</summary>
    public override string ToString() => $"{(Qualifier == SetQualifier.None ? "" : $"{Qualifier}:")}{Name}{(IfExists ? IfExistsSuffix : "")}";

    /// <summary>Null when there is no such operator.</summary>
    public static ConditionOperator? Find(string written)
    {
        var name = written;
        var qualifier = SetQualifier.None;
        foreach (var set in (ReadOnlySpan<SetQualifier>)[SetQualifier.ForAllValues, SetQualifier.ForAnyValue])
            if (qualifier == SetQualifier.None && name.StartsWith($"{set}:", StringComparison.OrdinalIgnoreCase))
                (qualifier, name) = (set, name[($"{set}".Length + 1)..]);
        var ifExists = name.EndsWith(IfExistsSuffix, StringComparison.OrdinalIgnoreCase);
        if (ifExists)
            name = name[..^IfExistsSuffix.Length];
        if (!Known.TryGetValue(name, out var found) || found.Kind == ConditionKind.Null && (ifExists || qualifier != SetQualifier.None))
            return null;
        return found with { Qualifier = qualifier, IfExists = ifExists };
    }

    private static IEnumerable<ConditionOperator> All() =>
    [
        new("StringEquals", ConditionKind.Text),
        new("StringNotEquals", ConditionKind.Text, Negated: true),
        new("StringEqualsIgnoreCase", ConditionKind.Text, IgnoreCase: true),
        new("StringNotEqualsIgnoreCase", ConditionKind.Text, Negated: true, IgnoreCase: true),
        new("StringLike", ConditionKind.Text, Wildcards: true),
        new("StringNotLike", ConditionKind.Text, Negated: true, Wildcards: true),
        new("ArnEquals", ConditionKind.Arn, Wildcards: true),
        new("ArnLike", ConditionKind.Arn, Wildcards: true),
        new("ArnNotEquals", ConditionKind.Arn, Negated: true, Wildcards: true),
        new("ArnNotLike", ConditionKind.Arn, Negated: true, Wildcards: true),
        .. Ordered("Numeric", ConditionKind.Number),
        .. Ordered("Date", ConditionKind.Date),
        new("Bool", ConditionKind.Boolean),
        new("BinaryEquals", ConditionKind.Binary),
        new("IpAddress", ConditionKind.Address),
        new("NotIpAddress", ConditionKind.Address, Negated: true),
        new("Null", ConditionKind.Null),
    ];

    private static IEnumerable<ConditionOperator> Ordered(string prefix, ConditionKind kind) =>
    [
        new($"{prefix}Equals", kind),
        new($"{prefix}NotEquals", kind, Negated: true),
        new($"{prefix}LessThan", kind, Ordering: Ordering.Less),
        new($"{prefix}LessThanEquals", kind, Ordering: Ordering.LessOrEqual),
        new($"{prefix}GreaterThan", kind, Ordering: Ordering.Greater),
        new($"{prefix}GreaterThanEquals", kind, Ordering: Ordering.GreaterOrEqual),
    ];
}
