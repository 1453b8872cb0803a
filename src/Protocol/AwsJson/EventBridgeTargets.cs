using System.Text.Json;
using System.Text.Json.Serialization;

namespace Postern.Protocol.AwsJson;

/// <summary>What a rule sends its events to.</summary>
public sealed record EventTarget
{
    public string? Id { get; init; }
    public string? Arn { get; init; }
    public string? RoleArn { get; init; }
    /// <summary>Sent instead of the event: JSON.</summary>
    public string? Input { get; init; }
    /// <summary>The part of the event that is sent.</summary>
    public string? InputPath { get; init; }
    public InputTransformer? InputTransformer { get; init; }
    public EventHttpParameters? HttpParameters { get; init; }
    public EventRetryPolicy? RetryPolicy { get; init; }
    public EventDeadLetterConfig? DeadLetterConfig { get; init; }

    /// <summary>Members for targets that are not served here, so that they can be refused and not passed over.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}

/// <summary>A message made of values of the event.</summary>
public sealed record InputTransformer
{
    public IReadOnlyDictionary<string, string>? InputPathsMap { get; init; }
    public string? InputTemplate { get; init; }
}

/// <summary>Added to the request to an API destination.</summary>
public sealed record EventHttpParameters
{
    public IReadOnlyList<string>? PathParameterValues { get; init; }
    public IReadOnlyDictionary<string, string>? HeaderParameters { get; init; }
    public IReadOnlyDictionary<string, string>? QueryStringParameters { get; init; }
}

public sealed record EventRetryPolicy
{
    /// <summary>0 to 185.</summary>
    public int? MaximumRetryAttempts { get; init; }
    /// <summary>60 to 86400.</summary>
    public int? MaximumEventAgeInSeconds { get; init; }
}

public sealed record EventDeadLetterConfig
{
    public string? Arn { get; init; }
}

public sealed record PutTargetsRequest
{
    public string? Rule { get; init; }
    public string? EventBusName { get; init; }
    public IReadOnlyList<EventTarget>? Targets { get; init; }
}

public sealed record RemoveTargetsRequest
{
    public string? Rule { get; init; }
    public string? EventBusName { get; init; }
    public IReadOnlyList<string>? Ids { get; init; }
    public bool? Force { get; init; }
}

/// <summary>Of PutTargets and RemoveTargets.</summary>
public sealed record TargetsResponse
{
    public int FailedEntryCount { get; init; }
    public IReadOnlyList<FailedTarget> FailedEntries { get; init; } = [];
}

public sealed record FailedTarget
{
    public string? TargetId { get; init; }
    public string? ErrorCode { get; init; }
    public string? ErrorMessage { get; init; }
}

public sealed record ListTargetsByRuleRequest
{
    public string? Rule { get; init; }
    public string? EventBusName { get; init; }
    public string? NextToken { get; init; }
    public int? Limit { get; init; }
}

public sealed record ListTargetsByRuleResponse
{
    public IReadOnlyList<EventTarget>? Targets { get; init; }
    public string? NextToken { get; init; }
}

public sealed record PutEventsRequest
{
    public IReadOnlyList<PutEventsEntry>? Entries { get; init; }
}

public sealed record PutEventsEntry
{
    public DateTimeOffset? Time { get; init; }
    public string? Source { get; init; }
    public IReadOnlyList<string>? Resources { get; init; }
    public string? DetailType { get; init; }
    /// <summary>A JSON object.</summary>
    public string? Detail { get; init; }
    public string? EventBusName { get; init; }
}

public sealed record PutEventsResponse
{
    public int FailedEntryCount { get; init; }
    public IReadOnlyList<PutEventsResult>? Entries { get; init; }
}

public sealed record PutEventsResult
{
    public string? EventId { get; init; }
    public string? ErrorCode { get; init; }
    public string? ErrorMessage { get; init; }
}
