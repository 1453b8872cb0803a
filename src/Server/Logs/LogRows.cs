namespace Postern.Server.Logs;

/// <summary>A row of table log_groups and how much is in it.</summary>
internal sealed class LogGroupRow
{
    public long Id { get; set; }
    public string Name { get; set; } = "";
    /// <summary>STANDARD or INFREQUENT_ACCESS; both are kept alike.</summary>
    public string Class { get; set; } = "";
    public string? KmsKey { get; set; }
    /// <summary>Null: for ever.</summary>
    public long? RetentionDays { get; set; }
    /// <summary>JSON object.</summary>
    public string Tags { get; set; } = "{}";
    public long CreatedAt { get; set; }
    public long Bytes { get; set; }
}

/// <summary>A row of table log_streams. Times are Unix milliseconds.</summary>
internal sealed class LogStreamRow
{
    public long Id { get; set; }
    public long GroupId { get; set; }
    public string Name { get; set; } = "";
    public long CreatedAt { get; set; }
    public long? FirstAt { get; set; }
    public long? LastAt { get; set; }
    public long? IngestedAt { get; set; }
    public long Bytes { get; set; }
}

/// <summary>A row of table log_events with the name of its stream.</summary>
internal sealed class LogEventRow
{
    public long Id { get; set; }
    public string Stream { get; set; } = "";
    public long Time { get; set; }
    public long IngestedAt { get; set; }
    public string Message { get; set; } = "";
    /// <summary>Rows that were found, with those that did not fit.</summary>
    public long Listed { get; set; }

    public LogPlace Place => new(Time, Id);
}

/// <param name="More">There may be others behind these.</param>
internal sealed record LogPage(IReadOnlyList<LogEventRow> Rows, bool More);

/// <summary>Where an event stands among others: by time, then in the order they came.</summary>
internal readonly record struct LogPlace(long Time, long Id);

/// <summary>A line to be kept.</summary>
/// <param name="Time">Unix milliseconds.</param>
internal readonly record struct LogLine(long Time, string Message);
