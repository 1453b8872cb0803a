namespace Postern.Protocol.AwsJson;

/// <summary>A node's answer to a message.</summary>
public sealed record SendReplyRequest
{
    public DeliveryOptions? DeliveryOptions { get; init; }
    /// <summary>Required.</summary>
    public string? MessageId { get; init; }
    /// <summary>JSON, as text. Required.</summary>
    public string? Payload { get; init; }
    /// <summary>Required.</summary>
    public string? ReplyId { get; init; }
}

/// <summary>How long and how a reply is to be delivered.</summary>
public sealed record DeliveryOptions
{
    public string? ExpiresAfter { get; init; }
    public string? ReplacementKey { get; init; }
    public string? SchedulePush { get; init; }
}

/// <summary>What became of the reply; the stock agent reads none of it.</summary>
public sealed record SendReplyResponse
{
    public string? Description { get; init; }
    public string? MessageId { get; init; }
    public string? ReplyId { get; init; }
    public string? ReplyStatus { get; init; }
}
