namespace Postern.Protocol.AwsJson;

/// <summary>Reads the audit log as it is chained, oldest first. An operation of our own.</summary>
public sealed record ExportAuditLogRequest
{
    /// <summary>The last sequence number known; 0 or absent for the beginning.</summary>
    public long? After { get; init; }
    /// <summary>Most entries on one page, 1 to 500.</summary>
    public int? MaxResults { get; init; }
}

/// <summary>A page of the log. An empty one is the last.</summary>
public sealed record ExportAuditLogResponse
{
    /// <summary>Entries, each as a line of JSON. See AuditLine.</summary>
    public IReadOnlyList<string>? Entries { get; init; }
    /// <summary>The signed place where the log begins, as a line; absent when nothing was removed for its age.</summary>
    public string? Base { get; init; }
    /// <summary>The signed place of the last entry, as a line, read after the entries.</summary>
    public string? Head { get; init; }
}
