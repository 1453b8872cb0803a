namespace Postern.Protocol.AwsJson;

/// <summary>A node as it is listed.</summary>
public sealed record InstanceInformation
{
    public string? InstanceId { get; init; }
    /// <summary>Online, ConnectionLost or Inactive.</summary>
    public string? PingStatus { get; init; }
    public DateTimeOffset? LastPingDateTime { get; init; }
    /// <summary>Three or four numbers with dots.</summary>
    public string? AgentVersion { get; init; }
    public bool? IsLatestVersion { get; init; }
    /// <summary>Windows, Linux or MacOS.</summary>
    public string? PlatformType { get; init; }
    public string? PlatformName { get; init; }
    public string? PlatformVersion { get; init; }
    public string? ActivationId { get; init; }
    public string? IamRole { get; init; }
    public DateTimeOffset? RegistrationDate { get; init; }
    /// <summary>ManagedInstance or EC2Instance.</summary>
    public string? ResourceType { get; init; }
    public string? Name { get; init; }
    public string? IPAddress { get; init; }
    public string? ComputerName { get; init; }
    public string? AssociationStatus { get; init; }
    public DateTimeOffset? LastAssociationExecutionDate { get; init; }
    public DateTimeOffset? LastSuccessfulAssociationExecutionDate { get; init; }
    public InstanceAggregatedAssociationOverview? AssociationOverview { get; init; }
    public string? SourceId { get; init; }
    public string? SourceType { get; init; }
}

/// <summary>How the associations of a node fare.</summary>
public sealed record InstanceAggregatedAssociationOverview
{
    public string? DetailedStatus { get; init; }
    public IReadOnlyDictionary<string, int>? InstanceAssociationStatusAggregatedCount { get; init; }
}
