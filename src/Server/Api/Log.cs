using System.Net;

namespace Postern.Server.Api;

/// <summary>Event ids 1200 to 1299.</summary>
internal static partial class Log
{
    [LoggerMessage(1200, LogLevel.Debug, "{Operation} answered {Status} {Code} to {Source} in {Milliseconds:0.0} ms ({RequestId})")]
    public static partial void Answered(this ILogger logger, string operation, int status, string code, IPAddress? source, double milliseconds, string requestId);

    [LoggerMessage(1201, LogLevel.Error, "Request {RequestId} failed")]
    public static partial void Failed(this ILogger logger, Exception exception, string requestId);
}
