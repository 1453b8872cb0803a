namespace Postern.Protocol.AwsJson;

/// <summary>A node's ping: at start in a small form, then every five minutes.</summary>
public sealed record UpdateInstanceInformationRequest
{
    public string? AgentName { get; init; }
    public string? AgentStatus { get; init; }
    public string? AgentVersion { get; init; }
    public string? AvailabilityZone { get; init; }
    public string? AvailabilityZoneId { get; init; }
    public string? ComputerName { get; init; }
    public string? IPAddress { get; init; }
    /// <summary>Required.</summary>
    public string? InstanceId { get; init; }
    public string? PlatformName { get; init; }
    /// <summary>Windows, Linux or MacOS.</summary>
    public string? PlatformType { get; init; }
    public string? PlatformVersion { get; init; }
    /// <summary>ssmmessages, ec2messages or empty.</summary>
    public string? SSMConnectionChannel { get; init; }
}
