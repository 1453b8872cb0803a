namespace Postern.Server.Sessions;

/// <summary>A row of table sessions, without its tokens. Times are Unix milliseconds, durations milliseconds.</summary>
internal sealed class SessionRow
{
    public const string Columns = """
        id, node_id, gateway, owner_arn, owner_id, document_name, session_type, port_type, parameters, reason, access_type, state,
        details, output, s3_url, cloudwatch_url, started_at, ended_at, idle_timeout, max_duration, agent_done, document_version, owner_key_id, delivery,
        source_address, remote_host, remote_port, bytes_to_node, bytes_to_client, client_back_by, recording
        """;

    public string Id { get; set; } = "";
    public string NodeId { get; set; } = "";
    /// <summary>The gateway that looks after the session.</summary>
    public string Gateway { get; set; } = "";
    public string OwnerArn { get; set; } = "";
    public string OwnerId { get; set; } = "";
    /// <summary>The key that StartSession was signed with, or that its temporary keys were asked for with; null for sessions older than this was kept.</summary>
    public string? OwnerKeyId { get; set; }
    public string DocumentName { get; set; } = "";
    /// <summary>The version of the document when the session began; null for sessions older than versions.</summary>
    public string? DocumentVersion { get; set; }
    public string SessionType { get; set; } = "";
    /// <summary>Properties.type of a Port session: LocalPortForwarding, or empty when the bytes of one connection pass as they are (SSH).</summary>
    public string PortType { get; set; } = "";
    /// <summary>JSON object; values of command sessions are left out, for they may hold secrets.</summary>
    public string Parameters { get; set; } = "{}";
    public string? Reason { get; set; }
    public string AccessType { get; set; } = "Standard";
    public string State { get; set; } = "";
    /// <summary>How it ended, for the history.</summary>
    public string? Details { get; set; }
    /// <summary>What the client is told at the end; empty for a normal end.</summary>
    public string? Output { get; set; }
    public string? S3Url { get; set; }
    public string? CloudwatchUrl { get; set; }
    /// <summary>JSON of Documents.SessionDelivery; null: the log goes nowhere but here.</summary>
    public string? Delivery { get; set; }
    public long StartedAt { get; set; }
    public long? EndedAt { get; set; }
    public long? IdleTimeout { get; set; }
    public long? MaxDuration { get; set; }
    /// <summary>1 once the node has reported its end or was told again that the session is over.</summary>
    public long AgentDone { get; set; }

    /// <summary>Where StartSession came from; null for sessions older than this was kept.</summary>
    public string? SourceAddress { get; set; }
    /// <summary>Where a port session leads: as given, "localhost" when it is the node itself; null for others.</summary>
    public string? RemoteHost { get; set; }
    public long? RemotePort { get; set; }
    /// <summary>Stream data that has passed, as of the last change of state or the last time that totals were saved.</summary>
    public long BytesToNode { get; set; }
    public long BytesToClient { get; set; }

    /// <summary>Until when the absent client of a session that is Disconnected may come back; null for sessions older than this was kept, and in other states.</summary>
    public long? ClientBackBy { get; set; }
    /// <summary>See RecordingModes: what its document or the preferences said; null: they did not, and the setting holds.</summary>
    public string? Recording { get; set; }

    public SessionState Status => Enum.Parse<SessionState>(State);

    public bool IsMultiplexed => SessionType == "Port" && PortType == "LocalPortForwarding";

    public bool IsSingleConnection => SessionType == "Port" && PortType.Length == 0;
}
