namespace Postern.Server.Nodes;

/// <summary>A row of table nodes; the names are those that <see cref="Columns"/> gives the columns.</summary>
internal sealed class NodeRow
{
    public const string Columns = """
        id AS Id, name AS Name, activation_id AS ActivationId, iam_role AS IamRole, public_key AS PublicKey, fingerprint AS Fingerprint,
        agent_name AS AgentName, agent_version AS AgentVersion, platform_type AS PlatformType, platform_name AS PlatformName,
        platform_version AS PlatformVersion, computer_name AS ComputerName, ip_address AS IpAddress, registered_at AS RegisteredAt,
        pinged_at AS PingedAt, connected_at AS ConnectedAt, disconnected_at AS DisconnectedAt, gateway AS Gateway
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
