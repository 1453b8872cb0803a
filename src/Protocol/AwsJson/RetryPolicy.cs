using System.Net;
using System.Security.Authentication;

namespace Postern.Protocol.AwsJson;

/// <summary>Which failures of a call are worth another try, and how long to wait before it.</summary>
internal static class RetryPolicy
{
    /// <summary>Tries after the first.</summary>
    public const int Retries = 3;

    public static readonly TimeSpan BackOff = TimeSpan.FromMilliseconds(100);
    public static readonly TimeSpan ThrottledBackOff = TimeSpan.FromMilliseconds(500);
    /// <summary>A person would rather wait for a session than be told to come again.</summary>
    public static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private const int LargestShift = 16;
    private static readonly TimeSpan MaxBackOff = TimeSpan.FromSeconds(5);

    /// <summary>Somewhere between half and the whole of the back-off, which doubles with every attempt.</summary>
    public static TimeSpan Jitter(TimeSpan backOff, int attempt)
    {
        var whole = Math.Min(backOff.Ticks << Math.Min(attempt, LargestShift), MaxBackOff.Ticks);
        return new TimeSpan(Random.Shared.NextInt64(whole / 2, whole + 1));
    }

    public static bool IsTransient(AwsErrorException error) => error.Status >= 500 || IsThrottled(error);

    public static bool IsThrottled(AwsErrorException error) => error.Status == (int)HttpStatusCode.TooManyRequests
        || error.Code is "Throttling" or "ThrottlingException" or "ThrottledException" or "RequestThrottled" or "RequestThrottledException"
            or "TooManyRequestsException" or "RequestLimitExceeded";

    /// <summary>No connection, a broken one, or no answer in the HTTP client's time; not an answer that makes no sense.</summary>
    public static bool IsConnectionFailure(Exception failure, CancellationToken cancellationToken) => failure switch
    {
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        UnusableAnswerException => false,
        HttpRequestException or IOException => true,
        _ => false,
    };

    /// <summary>A certificate that is not trusted now will not be in a second.</summary>
    public static bool IsDistrust(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
            if (cause is AuthenticationException) return true;
        return false;
    }
}
