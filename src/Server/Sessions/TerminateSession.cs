using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Server.Sessions;

/// <summary>ssm:TerminateSession: ends a session for both ends. Ending one that has ended succeeds.</summary>
internal sealed class TerminateSession(SessionStore store, LiveSessions sessions)
{
    /// <exception cref="AwsErrorException">ValidationException or DoesNotExistException.</exception>
    public async Task<TerminateSessionResponse> HandleAsync(TerminateSessionRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var id = SessionAccess.RequireId(request.SessionId);
        var row = await store.FindAsync(id, cancellationToken) ?? throw SessionAccess.Unknown(id);
        if (!row.Status.IsEnded() && await sessions.FindToEndAsync(id, cancellationToken) is { } session)
        {
            var by = $"Terminated by {context.Caller.Arn}.";
            // Whoever ends a session of his own knows; others are told by whom, in the last message to their client.
            await session.PostAsync(new SessionEvent.Terminate(by, context.Caller.UserId == row.OwnerId ? "" : by), cancellationToken);
            // So that a DescribeSessions right after this one does not show it as connected.
            await session.DecidedAsync(cancellationToken);
        }
        return new TerminateSessionResponse { SessionId = id };
    }
}
