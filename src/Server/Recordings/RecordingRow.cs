namespace Postern.Server.Recordings;

/// <summary>A row of table recordings. Times are Unix milliseconds.</summary>
internal sealed class RecordingRow
{
    public const string Columns = """
        session_id, gateway, path, state, kind, mode, owner_arn, owner_id, node_id, document_name, started_at, ended_at, end_reason, bytes, events, input_bytes, output_bytes, gaps,
        hash, legal_hold, legal_hold_by, removal
        """;

    public const string Open = "Open", Complete = "Complete", Unfinished = "Unfinished";

    public string SessionId { get; set; } = "";
    /// <summary>The gateway that has the file.</summary>
    public string Gateway { get; set; } = "";
    /// <summary>Of the file, below the folder of recordings.</summary>
    public string Path { get; set; } = "";
    /// <summary>Open, Complete or Unfinished.</summary>
    public string State { get; set; } = "";
    /// <summary>shell, command, port or ssh.</summary>
    public string Kind { get; set; } = "";
    public string Mode { get; set; } = "";
    public string OwnerArn { get; set; } = "";
    public string OwnerId { get; set; } = "";
    public string NodeId { get; set; } = "";
    public string DocumentName { get; set; } = "";
    public long StartedAt { get; set; }
    public long? EndedAt { get; set; }
    public string? EndReason { get; set; }
    /// <summary>Of the file, and what it holds; 0 as long as it is open.</summary>
    public long Bytes { get; set; }
    public long Events { get; set; }
    public long InputBytes { get; set; }
    public long OutputBytes { get; set; }
    public long Gaps { get; set; }
    /// <summary>Of the last chunk, hexadecimal; null as long as it is open, and of one whose file could not be given an end.</summary>
    public string? Hash { get; set; }
    /// <summary>Why it must be kept; null: it need not be.</summary>
    public string? LegalHold { get; set; }
    /// <summary>ARN of who said so.</summary>
    public string? LegalHoldBy { get; set; }
    /// <summary>Why it is being removed; null: it is not. Only who removes recordings finds such.</summary>
    public string? Removal { get; set; }
}
