using System.Text.Json.Serialization;

namespace Postern.Protocol.AwsJson;

/// <summary>Lists sessions.</summary>
public sealed record DescribeSessionsRequest
{
    /// <summary>Active or History. Required.</summary>
    public string? State { get; init; }
    /// <summary>Most items on one page.</summary>
    public int? MaxResults { get; init; }
    /// <summary>Where the next page starts; absent on the last.</summary>
    public string? NextToken { get; init; }
    public IReadOnlyList<SessionFilter>? Filters { get; init; }
}

/// <summary>A page of sessions.</summary>
public sealed record DescribeSessionsResponse
{
    public IReadOnlyList<Session>? Sessions { get; init; }
    /// <summary>Where the next page starts; absent on the last.</summary>
    public string? NextToken { get; init; }
}

/// <summary>Narrows a list of sessions; the members are lower-case on the wire.</summary>
public sealed record SessionFilter
{
    /// <summary>InvokedAfter, InvokedBefore, Target, Owner, Status, SessionId or AccessType.</summary>
    [JsonPropertyName("key")] public string? Key { get; init; }
    [JsonPropertyName("value")] public string? Value { get; init; }
}

/// <summary>A session as it is listed.</summary>
public sealed record Session
{
    public string? SessionId { get; init; }
    public string? Target { get; init; }
    /// <summary>Connected, Connecting, Disconnected, Terminated, Terminating or Failed.</summary>
    public string? Status { get; init; }
    public DateTimeOffset? StartDate { get; init; }
    public DateTimeOffset? EndDate { get; init; }
    public string? DocumentName { get; init; }
    /// <summary>ARN of the caller that started it.</summary>
    public string? Owner { get; init; }
    public string? Reason { get; init; }
    /// <summary>How it ended, or why it failed.</summary>
    public string? Details { get; init; }
    public SessionManagerOutputUrl? OutputUrl { get; init; }
    /// <summary>Minutes, as text.</summary>
    public string? MaxSessionDuration { get; init; }
    /// <summary>Standard or JustInTime.</summary>
    public string? AccessType { get; init; }
}

/// <summary>Where the log of a session went.</summary>
public sealed record SessionManagerOutputUrl
{
    public string? S3OutputUrl { get; init; }
    public string? CloudWatchOutputUrl { get; init; }
}
