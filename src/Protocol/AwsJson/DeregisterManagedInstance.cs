namespace Postern.Protocol.AwsJson;

/// <summary>Forgets a node; its keys stop working.</summary>
public sealed record DeregisterManagedInstanceRequest
{
    /// <summary>Required.</summary>
    public string? InstanceId { get; init; }
}
