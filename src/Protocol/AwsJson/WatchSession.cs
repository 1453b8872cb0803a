namespace Postern.Protocol.AwsJson;

/// <summary>Watches a live session. The first call gives the screen as it is; each further one what was shown since, as soon as there is something.</summary>
public sealed record WatchSessionRequest
{
    /// <summary>Required.</summary>
    public string? SessionId { get; init; }
    /// <summary>Of the first answer.</summary>
    public string? WatchId { get; init; }
    /// <summary>Of the answer before.</summary>
    public long? Position { get; init; }
}

/// <summary>What a watcher sees next.</summary>
public sealed record WatchSessionResponse
{
    public string? WatchId { get; init; }
    public long Position { get; init; }
    /// <summary>Given first, and again to a watcher that fell too far behind: makes a terminal of this size show the screen.</summary>
    public byte[]? Screen { get; init; }
    public int? Columns { get; init; }
    public int? Rows { get; init; }
    /// <summary>Output and sizes since, as in a chunk; the first one's time is counted from 0.</summary>
    public byte[]? Events { get; init; }
    /// <summary>Nothing else will come.</summary>
    public bool? Ended { get; init; }
    /// <summary>How the session ended.</summary>
    public string? EndReason { get; init; }
}
