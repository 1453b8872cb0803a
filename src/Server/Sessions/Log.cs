namespace Postern.Server.Sessions;

/// <summary>Event ids 1500 to 1599.</summary>
internal static partial class Log
{
    [LoggerMessage(1500, LogLevel.Information, "Session {SessionId} started: {Owner} on {NodeId} with {Document}")]
    public static partial void Started(ILogger logger, string sessionId, string owner, string nodeId, string document);

    [LoggerMessage(1501, LogLevel.Information, "Session {SessionId}: {From} -> {To} {Details}")]
    public static partial void StateChanged(ILogger logger, string sessionId, SessionState from, SessionState to, string details);

    [LoggerMessage(1502, LogLevel.Error, "Session {SessionId}: its state could not be written and will be written again")]
    public static partial void StateChangeFailed(ILogger logger, string sessionId, Exception exception);

    [LoggerMessage(1503, LogLevel.Information, "{Count} live sessions taken over from the previous run; their ends may come back")]
    public static partial void Restored(ILogger logger, int count);

    [LoggerMessage(1504, LogLevel.Error, "The sweep of sessions failed and will run again")]
    public static partial void SweepFailed(ILogger logger, Exception exception);

    [LoggerMessage(1506, LogLevel.Information, "Session {SessionId} ends: {Reason}")]
    public static partial void OwnerGone(ILogger logger, string sessionId, string reason);

    [LoggerMessage(1507, LogLevel.Error, "The owners of live sessions could not be checked and will be checked again")]
    public static partial void OwnersNotChecked(ILogger logger, Exception exception);

    [LoggerMessage(1508, LogLevel.Warning, "The byte counts of live sessions could not be saved; they are saved the next time")]
    public static partial void TrafficNotSaved(ILogger logger, Exception exception);

    [LoggerMessage(1509, LogLevel.Information, "{Count} ended sessions older than {Days} days removed from the history")]
    public static partial void HistoryRemoved(ILogger logger, int count, int days);

    [LoggerMessage(1510, LogLevel.Warning, "{Count} sessions of the gateway {Gateway} ended: {Reason}")]
    public static partial void LostEnded(ILogger logger, int count, string gateway, string reason);

    [LoggerMessage(1511, LogLevel.Error, "The sessions of other gateways could not be looked at; they are looked at again")]
    public static partial void OthersNotLookedAt(ILogger logger, Exception exception);

    [LoggerMessage(1505, LogLevel.Warning, "Session {SessionId}: node {NodeId} reported the end of a session that is not its own; ignored")]
    public static partial void ForeignTask(ILogger logger, string sessionId, string nodeId);
}
