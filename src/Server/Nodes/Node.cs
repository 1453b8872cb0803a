namespace Postern.Server.Nodes;

/// <summary>A registered managed node as the database knows it.</summary>
internal sealed record Node
{
    /// <summary>mi- and 17 hexadecimal digits.</summary>
    public required string Id { get; init; }
    public string? Name { get; init; }
    public required string ActivationId { get; init; }
    public required string IamRole { get; init; }
    /// <summary>RSA SubjectPublicKeyInfo, base64.</summary>
    public required string PublicKey { get; init; }
    public required string Fingerprint { get; init; }
    public string? AgentName { get; init; }
    public string? AgentVersion { get; init; }
    /// <summary>Windows, Linux or MacOS.</summary>
    public string? PlatformType { get; init; }
    public string? PlatformName { get; init; }
    public string? PlatformVersion { get; init; }
    public string? ComputerName { get; init; }
    public string? IpAddress { get; init; }
    public DateTimeOffset RegisteredAt { get; init; }
    /// <summary>The last UpdateInstanceInformation.</summary>
    public DateTimeOffset? PingedAt { get; init; }
    public DateTimeOffset? ConnectedAt { get; init; }
    public DateTimeOffset? DisconnectedAt { get; init; }
    /// <summary>The gateway that holds the control channel; null when none does.</summary>
    public string? Gateway { get; init; }
}

/// <summary>What an agent says of its machine; members it did not give are null and leave the stored value as it is.</summary>
internal sealed record NodeReport(
    string? AgentName, string? AgentVersion, string? PlatformType, string? PlatformName, string? PlatformVersion,
    string? ComputerName, string? IpAddress);
