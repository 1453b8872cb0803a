namespace Postern.Server.Audit;

/// <summary>Event ids 1700 to 1799.</summary>
internal static partial class Log
{
    [LoggerMessage(1700, LogLevel.Error, "The audit log cannot be written; calls are refused until it can. Is the disk full?")]
    public static partial void WritingFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1701, LogLevel.Information, "The audit log is written again")]
    public static partial void WritingAgain(this ILogger logger);

    [LoggerMessage(1702, LogLevel.Critical, "The audit log is not as this gateway left it. {Fault} Entries were removed or changed, or an older copy of the database was put back; \"postern audit verify\" shows where")]
    public static partial void Discontinued(this ILogger logger, string fault);

    [LoggerMessage(1703, LogLevel.Warning, "The file audit.head could not be written: {Reason}")]
    public static partial void WitnessFailed(this ILogger logger, string reason);

    [LoggerMessage(1704, LogLevel.Information, "{Count} entries of the audit log older than {Days} days were removed")]
    public static partial void Removed(this ILogger logger, int count, int days);

    [LoggerMessage(1705, LogLevel.Critical, "Old entries of the audit log were not removed, because the log is damaged: {Fault}")]
    public static partial void NotRemoved(this ILogger logger, string fault);

    [LoggerMessage(1706, LogLevel.Error, "The removal of old entries of the audit log failed and will run again")]
    public static partial void RemovalFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1707, LogLevel.Information, "Audit log: entry {Sequence} has the hash {Hash}")]
    public static partial void Checkpoint(this ILogger logger, long sequence, string hash);
}
