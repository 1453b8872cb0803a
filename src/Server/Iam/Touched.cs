using Postern.Server.Iam.Policies;

namespace Postern.Server.Iam;

/// <summary>
/// One thing that a call touches and must be allowed to: an action on a resource. An operation is registered with a function that names
/// them all; the call is allowed when each of them is.
/// </summary>
/// <param name="Names">The resource's ARN, shown in refusals, then its other names: a policy matches with any of them. "*" where the action knows no resources.</param>
internal sealed record Touched(IReadOnlyList<string> Names)
{
    private static readonly string[] Any = ["*"];

    /// <summary>An action on no resource in particular: a policy must say Resource "*".</summary>
    public static readonly Touched Anything = new(Any);

    /// <summary>As what an operation always touches: nothing has to be allowed, every authenticated caller may.</summary>
    public static readonly Touched Nothing = new((IReadOnlyList<string>)[]);

    public Touched(string name) : this([name])
    {
    }

    /// <summary>Null: the operation's own action.</summary>
    public string? Action { get; init; }

    /// <summary>Condition keys that this resource adds to those of the request: its tags, the parameters that matter.</summary>
    public IReadOnlyList<ConditionKey> Keys { get; init; } = [];

    /// <summary>A role's trust policy, which must allow the caller; where it names the caller itself, the caller's own policies need not.</summary>
    public PolicyDocument? Trust { get; init; }

    /// <summary>When this is not allowed, all of these together are enough.</summary>
    public IReadOnlyList<Touched>? Otherwise { get; init; }
}

/// <summary>A condition key of a request and its values; most have one.</summary>
internal readonly record struct ConditionKey(string Name, IReadOnlyList<string> Values)
{
    public ConditionKey(string name, string value) : this(name, [value])
    {
    }
}
