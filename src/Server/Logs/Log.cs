namespace Postern.Server.Logs;

/// <summary>Event ids 2400 to 2499.</summary>
internal static partial class Log
{
    [LoggerMessage(2400, LogLevel.Information, "{Count} log events that are kept no longer were removed")]
    public static partial void Removed(this ILogger logger, int count);

    [LoggerMessage(2401, LogLevel.Error, "The removal of old log events failed and will run again")]
    public static partial void RemovalFailed(this ILogger logger, Exception exception);
}
