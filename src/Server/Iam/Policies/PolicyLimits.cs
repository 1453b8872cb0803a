namespace Postern.Server.Iam.Policies;

/// <summary>What a policy document may cost at most. The quotas of users, groups, roles and managed policies are lower and belong to their operations.</summary>
internal static class PolicyLimits
{
    /// <summary>Characters of a document, white space included: the most AWS's model accepts.</summary>
    public const int DocumentLength = 131_072;

    /// <summary>Levels of braces and brackets. The language needs seven.</summary>
    public const int Depth = 12;

    public const int Statements = 1_000;

    /// <summary>Items of one list: actions, resources, principals, values of a condition key.</summary>
    public const int ListItems = 2_500;

    /// <summary>Operators of a statement, and keys of an operator.</summary>
    public const int Conditions = 250;

    public const int SidLength = 256;

    /// <summary>Policy variables in one string.</summary>
    public const int Variables = 32;

    /// <summary>Characters of a string with its variables replaced. A longer one matches nothing.</summary>
    public const int ExpandedLength = 16_384;

    /// <summary>
    /// Characters of a name or value that patterns with wildcards inside are compared with. Nothing here has longer ones; the time it takes is the product of both lengths.
    /// </summary>
    public const int MatchedLength = 4096;
}
