namespace Postern.Server.Iam.Policies.Patterns;

/// <summary>Whether a text is what a pattern says.</summary>
internal enum PatternMatch
{
    No,
    Yes,

    /// <summary>The pattern has a variable without a value, so that it names nothing.</summary>
    Unresolved,
}
