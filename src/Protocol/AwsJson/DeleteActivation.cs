namespace Postern.Protocol.AwsJson;

/// <summary>Deletes an activation; nodes already registered stay.</summary>
public sealed record DeleteActivationRequest
{
    /// <summary>Required.</summary>
    public string? ActivationId { get; init; }
}
