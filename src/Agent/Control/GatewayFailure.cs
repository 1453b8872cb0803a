using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using Postern.Protocol.AwsJson;

namespace Postern.Agent.Control;

/// <summary>Says in one sentence why the gateway could not be used.</summary>
internal static class GatewayFailure
{
    /// <summary>What a call to the gateway may throw.</summary>
    public static bool IsExpected(Exception error)
        => error is HttpRequestException or AwsErrorException or WebSocketException or IOException or OperationCanceledException or SocketException;

    public static string Describe(Exception error, Uri endpoint, TimeSpan skew)
    {
        if (Find<AwsErrorException>(error) is { } refused)
            return DescribeRefusal(refused, skew);
        if (Find<AuthenticationException>(error) is { } distrust)
            return DescribeDistrust(distrust, endpoint);
        if (Find<SocketException>(error) is { } socket)
            return socket.SocketErrorCode switch
            {
                SocketError.HostNotFound or SocketError.NoData => $"the name {endpoint.Host} cannot be resolved: no such host",
                SocketError.TryAgain => $"the name {endpoint.Host} cannot be resolved: the name server does not answer",
                SocketError.ConnectionRefused => $"connection refused: nothing listens on {endpoint.Authority}",
                SocketError.TimedOut => "no answer: a firewall may be in the way",
                _ => socket.Message,
            };
        if (Find<OperationCanceledException>(error) is not null)
            return "no answer in time: a firewall or proxy may be in the way";
        return (Find<HttpRequestException>(error) ?? error).Message;
    }

    private static string DescribeRefusal(AwsErrorException refused, TimeSpan skew)
    {
        if (skew.Duration() > ClockWatch.Tolerance)
            return $"the clock of this node is {skew.Duration():d\\.hh\\:mm\\:ss} {(skew > TimeSpan.Zero ? "ahead of" : "behind")} the gateway's; set it ({refused.Code}: {refused.Message})";
        return $"it refused the request: {refused.Code}: {refused.Message}";
    }

    private static string DescribeDistrust(AuthenticationException distrust, Uri endpoint)
    {
        if (distrust.Message.Contains("RemoteCertificateNameMismatch", StringComparison.Ordinal))
            return $"its certificate is not for the name {endpoint.Host}";
        if (distrust.Message.Contains("certificate", StringComparison.Ordinal))
            return $"its certificate is not trusted by this node; give the gateway's CA with 'register --ca' ({distrust.Message})";
        return $"TLS: {distrust.Message}";
    }

    private static T? Find<T>(Exception error) where T : Exception
    {
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
            if (cause is T found)
                return found;
        return null;
    }
}
