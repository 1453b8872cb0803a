namespace Postern.Protocol.AwsJson;

/// <summary>A node could not handle a message.</summary>
public sealed record FailMessageRequest
{
    /// <summary>InternalHandlerException or NoHandlerExists. Required.</summary>
    public string? FailureType { get; init; }
    /// <summary>Required.</summary>
    public string? MessageId { get; init; }
}
