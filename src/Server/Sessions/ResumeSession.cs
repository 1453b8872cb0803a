using Microsoft.AspNetCore.Http;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Server.Sessions;

/// <summary>
/// ssm:ResumeSession: a fresh token for a client that lost its socket. A session that has ended is answered without one: that, and no
/// error, makes AWS's plugin exit.
/// </summary>
internal sealed class ResumeSession(SessionStore store, LiveSessions sessions, SessionLimits options, TimeProvider time)
{
    /// <summary>A call that would have to wait longer is refused.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(3);

    /// <exception cref="AwsErrorException">ValidationException, DoesNotExistException, ThrottlingException, or ServiceUnavailable: its gateway is away.</exception>
    public async Task<ResumeSessionResponse> HandleAsync(ResumeSessionRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var id = SessionAccess.RequireId(request.SessionId);
        var row = await store.FindAsync(id, cancellationToken) ?? throw SessionAccess.Unknown(id);
        var url = StreamUrls.Create(context.Endpoint, id);
        // The node waits for its gateway as well: whoever took the session from it would have one end of two, and half a recording.
        if (row.Status.IsOpen() && sessions.IsElsewhere(row))
            throw new AwsErrorException("ServiceUnavailable", $"The gateway {row.Gateway}, which runs session {id}, cannot be reached. Try again.", StatusCodes.Status503ServiceUnavailable);
        var session = row.Status.IsOpen() ? await sessions.FindAsync(id, cancellationToken) : null;
        if (session is null || session.Ending.IsCompleted)
            return new ResumeSessionResponse { SessionId = id, StreamUrl = url };
        // AWS's plugin calls again without a pause whenever its socket is closed, so the answers are paced.
        if (!session.TryReserveResume(LongestWait, out var wait))
            throw new AwsErrorException("ThrottlingException", $"Too many ResumeSession calls for {id}. Wait some seconds between them.");
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, time, cancellationToken);
        var token = SessionToken.Create();
        await store.SetTokenAsync(id, SessionSide.Client, SessionToken.HashOf(token), time.GetUtcNow() + options.TokenLifetime, cancellationToken);
        return new ResumeSessionResponse { SessionId = id, TokenValue = token, StreamUrl = url };
    }
}
