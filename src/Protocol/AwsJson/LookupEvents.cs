namespace Postern.Protocol.AwsJson;

/// <summary>Looks recorded calls up, newest first.</summary>
public sealed record LookupEventsRequest
{
    /// <summary>All must hold.</summary>
    public IReadOnlyList<LookupAttribute>? LookupAttributes { get; init; }
    public DateTimeOffset? StartTime { get; init; }
    public DateTimeOffset? EndTime { get; init; }
    /// <summary>Only insight is defined; there are no insights here.</summary>
    public string? EventCategory { get; init; }
    /// <summary>Most events on one page, 1 to 50.</summary>
    public int? MaxResults { get; init; }
    /// <summary>Where the next page starts; absent on the last.</summary>
    public string? NextToken { get; init; }
}

/// <summary>What events must have.</summary>
public sealed record LookupAttribute
{
    /// <summary>EventId, EventName, ReadOnly, Username, ResourceType, ResourceName, EventSource or AccessKeyId.</summary>
    public string? AttributeKey { get; init; }
    public string? AttributeValue { get; init; }
}

/// <summary>A page of events.</summary>
public sealed record LookupEventsResponse
{
    public IReadOnlyList<CloudTrailEvent>? Events { get; init; }
    /// <summary>Where the next page starts; absent on the last.</summary>
    public string? NextToken { get; init; }
}

/// <summary>One recorded call or event.</summary>
public sealed record CloudTrailEvent
{
    public string? EventId { get; init; }
    public string? EventName { get; init; }
    /// <summary>"true" or "false".</summary>
    public string? ReadOnly { get; init; }
    public string? AccessKeyId { get; init; }
    public DateTimeOffset? EventTime { get; init; }
    public string? EventSource { get; init; }
    public string? Username { get; init; }
    public IReadOnlyList<CloudTrailResource>? Resources { get; init; }
    /// <summary>The whole record, JSON.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("CloudTrailEvent")]
    public string? Record { get; init; }
}

/// <summary>What an event is about.</summary>
public sealed record CloudTrailResource
{
    /// <summary>Such as AWS::SSM::ManagedInstance.</summary>
    public string? ResourceType { get; init; }
    /// <summary>ARN.</summary>
    public string? ResourceName { get; init; }
}
