namespace Postern.Server.Recordings;

/// <summary>Event ids 2200 to 2299.</summary>
internal static partial class Log
{
    [LoggerMessage(2200, LogLevel.Error, "Session {SessionId} cannot be recorded: {Reason} ({Consequence})")]
    public static partial void Failed(this ILogger logger, string sessionId, string reason, string consequence);

    [LoggerMessage(2201, LogLevel.Information, "Session {SessionId} is recorded again")]
    public static partial void Recovered(this ILogger logger, string sessionId);

    [LoggerMessage(2202, LogLevel.Error, "The recording of session {SessionId} could not be looked after")]
    public static partial void WriterFailed(this ILogger logger, string sessionId, Exception exception);

    [LoggerMessage(2203, LogLevel.Warning, "The recording of session {SessionId} has no end and was closed as unfinished")]
    public static partial void Unfinished(this ILogger logger, string sessionId);

    [LoggerMessage(2204, LogLevel.Error, "The recordings could not be looked after and will be again")]
    public static partial void UpkeepFailed(this ILogger logger, Exception exception);

    [LoggerMessage(2205, LogLevel.Error, "The recording of session {SessionId} is damaged and stays as it is: {Fault}")]
    public static partial void Damaged(this ILogger logger, string sessionId, string fault);

    [LoggerMessage(2206, LogLevel.Information, "{Count} recordings older than {Days} days were removed")]
    public static partial void Removed(this ILogger logger, int count, int days);

    [LoggerMessage(2207, LogLevel.Error, "The list of recordings could not be written and will be written again")]
    public static partial void ListFailed(this ILogger logger, Exception exception);

    [LoggerMessage(2208, LogLevel.Warning, "The recording of session {SessionId} is older than {Days} days and stays, for it is not delivered to {Missing}; it is removed on {Day}, delivered or not")]
    public static partial void KeptUndelivered(this ILogger logger, string sessionId, int days, string missing, string day);

    [LoggerMessage(2209, LogLevel.Warning, "The recording of session {SessionId} was removed without having been delivered to {Missing}")]
    public static partial void RemovedUndelivered(this ILogger logger, string sessionId, string missing);

    [LoggerMessage(2210, LogLevel.Error, "The recording of session {SessionId} could not be removed whole; that is finished later")]
    public static partial void RemovalFailed(this ILogger logger, string sessionId, Exception exception);

    [LoggerMessage(2211, LogLevel.Error,
        "No recording is removed for its age for now: the clock says {Now}, and at {Expected} was expected. If it is wrong, put it right; if recordings have wrong times, hold or keep them (--recording-days). It is believed after {Wait}, if it does not jump again")]
    public static partial void ClockJumped(this ILogger logger, string now, string expected, TimeSpan wait);

    [LoggerMessage(2212, LogLevel.Warning, "The clock is believed again: recordings are removed for their age")]
    public static partial void ClockBelieved(this ILogger logger);

    [LoggerMessage(2213, LogLevel.Warning, "The time by which a jump of the clock is noticed after a restart could not be kept: {Fault}")]
    public static partial void ClockNotKept(this ILogger logger, string fault);

    [LoggerMessage(2220, LogLevel.Error, "The search index could not be written and will be again")]
    public static partial void IndexFailed(this ILogger logger, Exception exception);

    [LoggerMessage(2221, LogLevel.Error, "The recording of session {SessionId} is not in the search index: {Fault}")]
    public static partial void NotIndexed(this ILogger logger, string sessionId, string fault);

    [LoggerMessage(2222, LogLevel.Warning, "The search index cannot be used and is made again from the recordings: {Fault}")]
    public static partial void IndexMadeAgain(this ILogger logger, string fault);

    [LoggerMessage(2223, LogLevel.Information, "The search index in clear, {Path}, was removed; the recordings are entered into a sealed one")]
    public static partial void ClearIndexRemoved(this ILogger logger, string path);
}
