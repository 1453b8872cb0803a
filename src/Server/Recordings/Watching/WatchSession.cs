using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Sessions;

namespace Postern.Server.Recordings.Watching;

/// <summary>postern:WatchSession: the screen of a live session, then what is shown on it, answered as soon as there is something. Allowed anew with each call.</summary>
internal sealed class WatchSession(WatchedSessions watched, SessionStore sessions)
{
    /// <summary>Whoever may watch no longer sees nothing that is shown so much later.</summary>
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(4);

    /// <summary>A call that goes on with a watch which the audit log knows of.</summary>
    public static bool GoesOn(WatchSessionRequest request) => request.WatchId is not null;

    /// <exception cref="AwsErrorException">ValidationException, DoesNotExistException, LimitExceededException or WatchNotFoundException.</exception>
    public async Task<WatchSessionResponse> HandleAsync(WatchSessionRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var id = SessionAccess.RequireId(request.SessionId);
        var caller = context.Caller.UserId;
        if (request.WatchId is null)
        {
            var session = await watched.OpenAsync(id, cancellationToken);
            return await AnswerAsync(id, session.Enter(caller), session.Snapshot(), cancellationToken);
        }
        if (await watched.FindAsync(id, cancellationToken) is not { } known || !known.Knows(request.WatchId, caller))
            throw new AwsErrorException("WatchNotFoundException", $"This watch of session {id} is not known, or nobody asked for a minute. Begin again.");
        try
        {
            return await AnswerAsync(id, request.WatchId, await known.ReadAsync(request.Position ?? 0, LongPoll, cancellationToken), cancellationToken);
        }
        catch (OperationCanceledException)
        {
            known.HungUp(request.WatchId);
            throw;
        }
    }

    private async Task<WatchSessionResponse> AnswerAsync(string id, string watchId, WatchedPiece piece, CancellationToken cancellationToken) => new()
    {
        WatchId = watchId,
        Position = piece.Position,
        Screen = piece.Screen,
        Columns = piece.Screen is null ? null : piece.Columns,
        Rows = piece.Screen is null ? null : piece.Rows,
        Events = piece.Events is { Length: > 0 } ? piece.Events : null,
        Ended = piece.Ended ? true : null,
        EndReason = piece.Ended ? (await sessions.FindAsync(id, cancellationToken))?.Details : null,
    };
}
