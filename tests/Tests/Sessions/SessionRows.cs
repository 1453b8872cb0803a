using Postern.Server.Sessions;
using Postern.Server.Storage;

namespace Postern.Tests.Sessions;

/// <summary>Rows of table sessions for tests.</summary>
internal static class SessionRows
{
    public const string Node = "mi-0123456789abcdef0", Owner = "arn:aws:iam::000000000000:user/admin";

    private static long _next;

    public static SessionRow New(SessionState state = SessionState.Connecting, string node = Node, string type = "Standard_Stream", string portType = "", DateTimeOffset? started = null) => new()
    {
        Id = $"admin-{Interlocked.Increment(ref _next):x17}",
        NodeId = node,
        Gateway = "gateway-1",
        OwnerArn = Owner,
        OwnerId = "AIDA",
        DocumentName = "SSM-SessionManagerRunShell",
        SessionType = type,
        PortType = portType,
        State = state.ToString(),
        StartedAt = (started ?? DateTimeOffset.UtcNow).ToUnixTimeMilliseconds(),
    };

    public static SessionRow NewPort(SessionState state = SessionState.Connecting, DateTimeOffset? started = null)
        => New(state, type: "Port", portType: "LocalPortForwarding", started: started);

    public static SessionRow NewSsh(SessionState state = SessionState.Connecting, DateTimeOffset? started = null) => New(state, type: "Port", started: started);

    /// <summary>Enters a session in whichever state; returns its id.</summary>
    public static async Task<string> InsertAsync(Database database, SessionStore store, SessionState state, string token = "token")
    {
        var row = New();
        await store.InsertAsync(row, SessionToken.HashOf(token), DateTimeOffset.UtcNow.AddMinutes(5), 0, default);
        await database.ExecuteAsync("UPDATE sessions SET state = @state, ended_at = @ended WHERE id = @Id",
            SqlParameters.Of(new { state = state.ToString(), ended = state.IsEnded() ? 1L : (long?)null, row.Id }), default);
        return row.Id;
    }
}
