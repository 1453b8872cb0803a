using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using Postern.Cli.Config;
using Postern.Client;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Output;

/// <summary>An error of our own making, with its exit code.</summary>
internal sealed class CommandException(string message, int exitCode) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}

/// <summary>An error as a person reads it: what happened, to what, what to do; and the exit code.</summary>
internal readonly record struct Failure(string Text, int ExitCode)
{
    /// <summary>Null for exceptions that are bugs.</summary>
    public static Failure? Of(Exception e) => e switch
    {
        CommandException own => new(own.Message, own.ExitCode),
        CredentialsException credentials => new(credentials.Message, ExitCodes.Denied),
        SettingsException settings => new(settings.Message, ExitCodes.Usage),
        AwsErrorException error => OfService(error),
        SessionEndedException ended => OfEnd(ended.End),
        HttpRequestException or WebSocketException or AuthenticationException => OfNetwork(e),
        SocketException socket => new(socket.Message, ExitCodes.SessionFailed),
        _ => null,
    };

    public static Failure OfEnd(SessionEnd end)
    {
        if (end.Reason == SessionEndReason.Unreachable && end.Error is { } cause)
            return OfNetwork(cause) with { Text = end.Output };
        if (end.Reason == SessionEndReason.Refused)
            return new(end.Output, ExitCodes.Denied);
        return new(end.Output.Length > 0 ? end.Output : $"The session ended: {end.Reason}.", ExitCodes.SessionFailed);
    }

    private static Failure OfService(AwsErrorException error)
    {
        var text = $"{error.Code}: {error.Message}";
        return error.Code switch
        {
            "TargetNotConnected" => new($"{text}\nSee which nodes are online with: postern nodes", ExitCodes.TargetUnavailable),
            "InvalidInstanceId" or "InvalidTarget" => new($"{text}\nSee the nodes there are with: postern nodes", ExitCodes.TargetUnavailable),
            "AccessDeniedException" or "AccessDenied" or "UnrecognizedClientException" or "InvalidSignatureException" or "SignatureDoesNotMatch"
                or "ExpiredTokenException" or "ExpiredToken" or "InvalidClientTokenId" or "IncompleteSignature" or "MissingAuthenticationToken"
                or "MissingAuthenticationTokenException" or "OptInRequired" or "RequestExpired"
                => new(text, ExitCodes.Denied),
            _ => new(text, ExitCodes.SessionFailed),
        };
    }

    private static Failure OfNetwork(Exception e)
    {
        for (Exception? inner = e; inner is not null; inner = inner.InnerException)
            if (inner is AuthenticationException)
                return new($"{e.Message}\nThe gateway's certificate is not trusted. Name its CA with --ca FILE or AWS_CA_BUNDLE.", ExitCodes.Unreachable);
        return new(e.Message, ExitCodes.Unreachable);
    }
}
