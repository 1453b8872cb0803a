namespace Postern.Protocol.AwsJson;

/// <summary>A node has taken a message.</summary>
public sealed record AcknowledgeMessageRequest
{
    /// <summary>Required.</summary>
    public string? MessageId { get; init; }
}
