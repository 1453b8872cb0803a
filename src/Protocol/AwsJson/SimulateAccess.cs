namespace Postern.Protocol.AwsJson;

/// <summary>Asks whether a principal may do something, decided as the call itself would be. An operation of our own.</summary>
public sealed record SimulateAccessRequest
{
    /// <summary>The ARN of a user or role, or its name alone. Absent: whoever calls.</summary>
    public string? Principal { get; init; }
    /// <summary>Such as ssm:StartSession.</summary>
    public string? Action { get; init; }
    /// <summary>The body of a request of the action's operation, from which the gateway finds what it touches. Absent: an empty one.</summary>
    public string? Request { get; init; }
    /// <summary>ARNs to ask for instead of what a request touches, each by itself.</summary>
    public IReadOnlyList<string>? Resources { get; init; }
    /// <summary>Condition keys and their values, instead of those the gateway finds.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Context { get; init; }
}

/// <summary>One decision for everything the request touches.</summary>
public sealed record SimulateAccessResponse
{
    /// <summary>ARN of the principal that was asked for.</summary>
    public string? Principal { get; init; }
    /// <summary>Whether all of it is allowed.</summary>
    public bool Allowed { get; init; }
    public IReadOnlyList<AccessDecision>? Decisions { get; init; }
}

/// <summary>Asks what a policy says of cases. An operation of our own.</summary>
public sealed record SimulatePolicyRequest
{
    /// <summary>The policy document.</summary>
    public string? Policy { get; init; }
    /// <summary>At most 100.</summary>
    public IReadOnlyList<PolicyCase>? Cases { get; init; }
}

/// <summary>A request that a policy is asked about.</summary>
public sealed record PolicyCase
{
    public string? Action { get; init; }
    /// <summary>The names of one resource; absent for operations that have none.</summary>
    public IReadOnlyList<string>? Resources { get; init; }
    /// <summary>Condition keys and their values.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Context { get; init; }
}

/// <summary>A decision for every case, in their order.</summary>
public sealed record SimulatePolicyResponse
{
    public IReadOnlyList<AccessDecision>? Decisions { get; init; }
}

/// <summary>What policies say about an action on a resource, and why.</summary>
public sealed record AccessDecision
{
    public string? Action { get; init; }
    public string? Resource { get; init; }
    /// <summary>allowed, explicitDeny or implicitDeny.</summary>
    public string? Decision { get; init; }
    /// <summary>Of a denial, in AWS's words.</summary>
    public string? Reason { get; init; }
    /// <summary>The policy of the statement that decided.</summary>
    public string? Policy { get; init; }
    /// <summary>Its Sid, or its number counted from one.</summary>
    public string? Statement { get; init; }
    /// <summary>Of an implicit denial the statements that came closest.</summary>
    public IReadOnlyList<AccessStatement>? Closest { get; init; }
    /// <summary>What would turn a denial, a sentence each.</summary>
    public IReadOnlyList<string>? Changes { get; init; }
    /// <summary>Condition keys that statements about the action ask for and that are absent.</summary>
    public IReadOnlyList<string>? MissingKeys { get; init; }
}

/// <summary>A statement that does not match, and what in it does not.</summary>
public sealed record AccessStatement
{
    public string? Policy { get; init; }
    public string? Statement { get; init; }
    public IReadOnlyList<AccessMismatch>? Mismatches { get; init; }
}

/// <summary>An element of a statement that does not match.</summary>
public sealed record AccessMismatch
{
    /// <summary>Action, Resource, or an operator and its condition key.</summary>
    public string? Element { get; init; }
    public string? Wanted { get; init; }
    public string? Given { get; init; }
}
