namespace Postern.Protocol.AwsJson;

/// <summary>Looks for words in the text of recordings.</summary>
public sealed record SearchRecordingsRequest
{
    /// <summary>Words that stand next to each other; letter case does not count. A star at the end: the last word goes on. Required.</summary>
    public string? Text { get; init; }
    /// <summary>Text is a secret that somebody looks for, a leaked password: the audit log says that this was asked for, and does not repeat it.</summary>
    public bool? TextIsSecret { get; init; }
    /// <summary>ARN of the caller that started the session, or the name in which it ends.</summary>
    public string? Owner { get; init; }
    /// <summary>Node id.</summary>
    public string? Target { get; init; }
    public string? SessionId { get; init; }
    /// <summary>output, statement, flow, gap or note.</summary>
    public string? Kind { get; init; }
    /// <summary>Sessions started at this time or later.</summary>
    public DateTimeOffset? StartTime { get; init; }
    /// <summary>Sessions started before this time.</summary>
    public DateTimeOffset? EndTime { get; init; }
    /// <summary>At most 500; 50 when absent.</summary>
    public int? MaxResults { get; init; }
}

/// <summary>What was found, the newest sessions first.</summary>
public sealed record SearchRecordingsResponse
{
    public IReadOnlyList<SearchHit>? Hits { get; init; }
    /// <summary>There is more than these.</summary>
    public bool Truncated { get; init; }
    /// <summary>Gateways that have recordings and did not answer, by their names; null: none.</summary>
    public IReadOnlyList<string>? Unreachable { get; init; }
}

/// <summary>A line in which the words stand.</summary>
public sealed record SearchHit
{
    public string? SessionId { get; init; }
    public string? Owner { get; init; }
    public string? Target { get; init; }
    public DateTimeOffset? StartDate { get; init; }
    /// <summary>output, statement, flow, gap or note.</summary>
    public string? Kind { get; init; }
    /// <summary>Seconds since the session's start: where to play from.</summary>
    public decimal Offset { get; init; }
    /// <summary>At most 500 characters of it, those around the words; … where it goes on.</summary>
    public string? Text { get; init; }
}
