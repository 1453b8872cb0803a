namespace Postern.Protocol.AwsJson;

/// <summary>Reads what happened, oldest first. An operation of our own.</summary>
public sealed record ListEventsRequest
{
    /// <summary>Events behind this position; absent: the latest <see cref="MaxResults"/>.</summary>
    public long? After { get; init; }
    /// <summary>Such as postern.sessions.</summary>
    public string? Source { get; init; }
    /// <summary>Such as "Session Started".</summary>
    public string? DetailType { get; init; }
    /// <summary>The id of a session or node.</summary>
    public string? Subject { get; init; }
    /// <summary>1 to 500.</summary>
    public int? MaxResults { get; init; }
}

public sealed record ListEventsResponse
{
    /// <summary>Each as a line of JSON in EventBridge's envelope.</summary>
    public IReadOnlyList<string>? Events { get; init; }
    /// <summary>Where to go on.</summary>
    public long? Position { get; init; }
}

/// <summary>Events that a target did not take. ListDeadLetters, RedriveDeadLetters, DeleteDeadLetters: all, or those of a rule, or one.</summary>
public sealed record DeadLettersRequest
{
    public string? Rule { get; init; }
    public string? TargetId { get; init; }
    public string? Id { get; init; }
    /// <summary>Of ListDeadLetters: 1 to 500.</summary>
    public int? MaxResults { get; init; }
}

public sealed record ListDeadLettersResponse
{
    public IReadOnlyList<DeadLetter>? DeadLetters { get; init; }
}

public sealed record DeadLetter
{
    public string? Id { get; init; }
    public string? Rule { get; init; }
    public string? TargetId { get; init; }
    public string? TargetArn { get; init; }
    public DateTimeOffset? DiedAt { get; init; }
    public int? Attempts { get; init; }
    /// <summary>What the last attempt met.</summary>
    public string? Error { get; init; }
    /// <summary>JSON.</summary>
    public string? Event { get; init; }
}

public sealed record DeadLettersResponse
{
    /// <summary>How many were sent again, or deleted.</summary>
    public int Count { get; init; }
}
