namespace Postern.Protocol.AwsJson;

/// <summary>A node is done with a message.</summary>
public sealed record DeleteMessageRequest
{
    /// <summary>Required.</summary>
    public string? MessageId { get; init; }
}
