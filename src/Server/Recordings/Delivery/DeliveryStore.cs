using Postern.Server.Storage;

namespace Postern.Server.Recordings.Delivery;

/// <summary>The table of deliveries.</summary>
internal sealed class DeliveryStore(Database database, TimeProvider time)
{
    private const int MaxError = 1000;
    private const string Columns = "session_id, kind, gateway, delivery, position, attempts, next_at, error, done_at";

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Enters a delivery that is due at once; one that is there stays as it is.</summary>
    public Task AddAsync(string sessionId, string kind, string gateway, string delivery, CancellationToken cancellationToken) => database.ExecuteAsync(
        """
        INSERT INTO recording_deliveries (session_id, kind, gateway, delivery, position, attempts, next_at)
        VALUES (@sessionId, @kind, @gateway, @delivery, 0, 0, @now) ON CONFLICT (session_id, kind) DO NOTHING
        """, SqlParameters.Of(new { sessionId, kind, gateway, delivery, now = Now }), cancellationToken);

    /// <summary>Recordings of this gateway that have their end and whose session wants delivery, and that have no delivery of that kind: the gateway was killed before it was entered.</summary>
    /// <param name="gateway">Which has the files.</param>
    /// <param name="service">Whether log groups of a service are delivered to, too.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<DeliveryRow>> ListMissingAsync(string gateway, bool service, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<DeliveryRow>(
            $"""
            SELECT s.id AS session_id, k.kind, r.gateway, s.delivery
            FROM recordings r JOIN sessions s ON s.id = r.session_id CROSS JOIN (SELECT '{DeliveryRow.S3}' AS kind UNION SELECT '{DeliveryRow.Logs}' UNION SELECT '{DeliveryRow.Service}') k
            WHERE r.gateway = @gateway AND r.state <> 'Open' AND r.hash IS NOT NULL AND r.removal IS NULL AND s.delivery IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM recording_deliveries d WHERE d.session_id = s.id AND d.kind = k.kind)
            """, SqlParameters.Of(new { gateway }), cancellationToken);
        return [.. rows.Where(row => row.Kind == DeliveryRow.S3 ? row.Destination.Bucket is not null : row.Destination.LogGroup is not null && (service || row.Kind == DeliveryRow.Logs))];
    }

    /// <summary>Those of one kind of this gateway whose time has come, the longest waiting first.</summary>
    public Task<IReadOnlyList<DeliveryRow>> ListDueAsync(string gateway, string kind, int limit, CancellationToken cancellationToken) => database.QueryAsync<DeliveryRow>(
        $"SELECT {Columns} FROM recording_deliveries WHERE gateway = @gateway AND kind = @kind AND done_at IS NULL AND next_at <= @now ORDER BY next_at LIMIT @limit",
        SqlParameters.Of(new { gateway, kind, now = Now, limit }), cancellationToken);

    /// <summary>Those that are not done, for whoever asks how things stand.</summary>
    public Task<IReadOnlyList<DeliveryRow>> ListOpenAsync(string sessionId, CancellationToken cancellationToken) => database.QueryAsync<DeliveryRow>(
        $"SELECT {Columns} FROM recording_deliveries WHERE session_id = @sessionId AND done_at IS NULL", SqlParameters.Of(new { sessionId }), cancellationToken);

    /// <summary>All of one recording, done or not.</summary>
    public Task<IReadOnlyList<DeliveryRow>> ListAsync(string sessionId, CancellationToken cancellationToken) => database.QueryAsync<DeliveryRow>(
        $"SELECT {Columns} FROM recording_deliveries WHERE session_id = @sessionId ORDER BY kind", SqlParameters.Of(new { sessionId }), cancellationToken);

    public Task DoneAsync(DeliveryRow row, CancellationToken cancellationToken) => database.ExecuteAsync(
        "UPDATE recording_deliveries SET done_at = @now, error = NULL WHERE session_id = @SessionId AND kind = @Kind", SqlParameters.Of(new { row.SessionId, row.Kind, now = Now }), cancellationToken);

    /// <summary>Notes what has arrived.</summary>
    public Task MoveAsync(DeliveryRow row, CancellationToken cancellationToken) => database.ExecuteAsync(
        "UPDATE recording_deliveries SET position = @Position WHERE session_id = @SessionId AND kind = @Kind", SqlParameters.Of(new { row.SessionId, row.Kind, row.Position }), cancellationToken);

    /// <param name="row">With its position and attempts as they are now.</param>
    /// <param name="after">When it is due again.</param>
    /// <param name="error">Null: it goes on as it should.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task PostponeAsync(DeliveryRow row, TimeSpan after, string? error, CancellationToken cancellationToken) => database.ExecuteAsync(
        "UPDATE recording_deliveries SET position = @Position, attempts = @Attempts, next_at = @nextAt, error = @error WHERE session_id = @SessionId AND kind = @Kind",
        SqlParameters.Of(new { row.SessionId, row.Kind, row.Position, row.Attempts, nextAt = Now + (long)after.TotalMilliseconds, error = error?.Length > MaxError ? error[..MaxError] : error }), cancellationToken);

    /// <summary>Forgets the deliveries of one recording.</summary>
    public Task<int> RemoveAsync(string sessionId, CancellationToken cancellationToken) => database.ExecuteAsync(
        "DELETE FROM recording_deliveries WHERE session_id = @sessionId", SqlParameters.Of(new { sessionId }), cancellationToken);

    /// <summary>Forgets the deliveries of recordings that are gone.</summary>
    public Task<int> RemoveGoneAsync(CancellationToken cancellationToken) => database.ExecuteAsync(
        "DELETE FROM recording_deliveries WHERE NOT EXISTS (SELECT 1 FROM recordings r WHERE r.session_id = recording_deliveries.session_id)", null, cancellationToken);
}
