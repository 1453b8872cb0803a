namespace Postern.Server.Nodes;

/// <summary>A row of table nodes.</summary>
internal sealed class NodeRow
{
    public const string Columns = """
        id, name, activation_id, iam_role, public_key, fingerprint, agent_name, agent_version, platform_type, platform_name, platform_version,
        computer_name, ip_address, registered_at, pinged_at, connected_at, disconnected_at, gateway
        """;

    public string Id { get; set; } = "";
    public string? Name { get; set; }
    public string ActivationId { get; set; } = "";
    public string IamRole { get; set; } = "";
    public string PublicKey { get; set; } = "";
    public string Fingerprint { get; set; } = "";
    public string? AgentName { get; set; }
    public string? AgentVersion { get; set; }
    public string? PlatformType { get; set; }
    public string? PlatformName { get; set; }
    public string? PlatformVersion { get; set; }
    public string? ComputerName { get; set; }
    public string? IpAddress { get; set; }
    public long RegisteredAt { get; set; }
    public long? PingedAt { get; set; }
    public long? ConnectedAt { get; set; }
    public long? DisconnectedAt { get; set; }
    public string? Gateway { get; set; }

    public Node ToNode() => new()
    {
        Id = Id,
        Name = Name,
        ActivationId = ActivationId,
        IamRole = IamRole,
        PublicKey = PublicKey,
        Fingerprint = Fingerprint,
        AgentName = AgentName,
        AgentVersion = AgentVersion,
        PlatformType = PlatformType,
        PlatformName = PlatformName,
        PlatformVersion = PlatformVersion,
        ComputerName = ComputerName,
        IpAddress = IpAddress,
        RegisteredAt = DateTimeOffset.FromUnixTimeMilliseconds(RegisteredAt),
        PingedAt = Time(PingedAt),
        ConnectedAt = Time(ConnectedAt),
        DisconnectedAt = Time(DisconnectedAt),
        Gateway = Gateway,
    };

    private static DateTimeOffset? Time(long? milliseconds)
        => milliseconds is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
}
