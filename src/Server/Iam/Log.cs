using System.Net;

namespace Postern.Server.Iam;

/// <summary>Event ids 1100 to 1199.</summary>
internal static partial class Log
{
    [LoggerMessage(1100, LogLevel.Information, "Refused a request signed by {AccessKeyId} for {Service} from {Source}: {Code}")]
    public static partial void Refused(this ILogger logger, string accessKeyId, string service, IPAddress? source, string code);

    [LoggerMessage(1101, LogLevel.Warning, "The last uses of {Count} keys and roles could not be written")]
    public static partial void LastUseNotWritten(this ILogger logger, Exception exception, int count);
}
