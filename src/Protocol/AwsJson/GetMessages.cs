namespace Postern.Protocol.AwsJson;

/// <summary>A node's long poll for messages; its client gives up after 20 seconds.</summary>
public sealed record GetMessagesRequest
{
    /// <summary>Node id. Required.</summary>
    public string? Destination { get; init; }
    /// <summary>Required.</summary>
    public string? MessagesRequestId { get; init; }
    public string? NextToken { get; init; }
    public int? VisibilityTimeoutInSeconds { get; init; }
}

/// <summary>Messages for the node, often none.</summary>
public sealed record GetMessagesResponse
{
    public string? Destination { get; init; }
    public IReadOnlyList<MdsMessage>? Messages { get; init; }
    public string? MessagesRequestId { get; init; }
}

/// <summary>One message of the delivery service. The stock agent needs CreatedDate, Destination, MessageId and Topic.</summary>
public sealed record MdsMessage
{
    /// <summary>ISO 8601, as text.</summary>
    public string? CreatedDate { get; init; }
    public string? Destination { get; init; }
    /// <summary>aws.ssm.{command id}.{node id}.</summary>
    public string? MessageId { get; init; }
    public string? NextToken { get; init; }
    public string? Payload { get; init; }
    public string? PayloadDigest { get; init; }
    public string? Topic { get; init; }
}
