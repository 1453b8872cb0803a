using Postern.Server.Storage;

namespace Postern.Server.Recordings;

/// <summary>The table of recordings.</summary>
internal sealed class RecordingStore(Database database)
{
    /// <summary>Enters new recordings and the ends of others, in one transaction; either may come twice. A row is changed by the gateway that has its file, no other.</summary>
    public Task<int> SaveAsync(IReadOnlyList<RecordingRow> rows, CancellationToken cancellationToken) => database.WriteAsync(connection => connection.ExecuteEachAsync(
        """
        INSERT INTO recordings (session_id, gateway, path, state, kind, mode, owner_arn, owner_id, node_id, document_name, started_at, ended_at, end_reason,
          bytes, events, input_bytes, output_bytes, gaps, hash)
        VALUES (@SessionId, @Gateway, @Path, @State, @Kind, @Mode, @OwnerArn, @OwnerId, @NodeId, @DocumentName, @StartedAt, @EndedAt, @EndReason,
          @Bytes, @Events, @InputBytes, @OutputBytes, @Gaps, @Hash)
        ON CONFLICT (session_id) DO UPDATE SET state = excluded.state, ended_at = excluded.ended_at, end_reason = excluded.end_reason, bytes = excluded.bytes, events = excluded.events,
          input_bytes = excluded.input_bytes, output_bytes = excluded.output_bytes, gaps = excluded.gaps, hash = excluded.hash
        WHERE (recordings.state = 'Open' OR recordings.hash IS NULL) AND recordings.removal IS NULL AND recordings.gateway = excluded.gateway
        """, rows, cancellationToken), cancellationToken);

    public Task<RecordingRow?> FindAsync(string sessionId, CancellationToken cancellationToken)
        => database.QuerySingleOrDefaultAsync<RecordingRow>($"SELECT {RecordingRow.Columns} FROM recordings WHERE session_id = @sessionId AND removal IS NULL", SqlParameters.Of(new { sessionId }), cancellationToken);

    /// <summary>Whether a gateway has recordings.</summary>
    public async Task<bool> HasAnyAsync(string gateway, CancellationToken cancellationToken)
        => (await database.QueryAsync<string>("SELECT session_id FROM recordings WHERE gateway = @gateway LIMIT 1", SqlParameters.Of(new { gateway }), cancellationToken)).Count > 0;

    /// <summary>Those of this gateway that have no end.</summary>
    public Task<IReadOnlyList<RecordingRow>> ListOpenAsync(string gateway, CancellationToken cancellationToken)
        => database.QueryAsync<RecordingRow>($"SELECT {RecordingRow.Columns} FROM recordings WHERE gateway = @gateway AND state = 'Open'", SqlParameters.Of(new { gateway }), cancellationToken);

    /// <summary>The same, and those whose file could not be given one when it was tried last.</summary>
    public Task<IReadOnlyList<RecordingRow>> ListUnclosedAsync(string gateway, CancellationToken cancellationToken)
        => database.QueryAsync<RecordingRow>($"SELECT {RecordingRow.Columns} FROM recordings WHERE gateway = @gateway AND (state = 'Open' OR hash IS NULL) AND removal IS NULL", SqlParameters.Of(new { gateway }), cancellationToken);

    /// <summary>All of this gateway: session, state and start only.</summary>
    public Task<IReadOnlyList<RecordingRow>> ListStatesAsync(string gateway, CancellationToken cancellationToken)
        => database.QueryAsync<RecordingRow>("SELECT session_id, state, started_at FROM recordings WHERE gateway = @gateway AND removal IS NULL", SqlParameters.Of(new { gateway }), cancellationToken);

    private const string Old = "gateway = @gateway AND state <> 'Open' AND ended_at < @before AND legal_hold IS NULL AND removal IS NULL",
        Undelivered = "EXISTS (SELECT 1 FROM recording_deliveries d WHERE d.session_id = recordings.session_id AND d.done_at IS NULL)";

    /// <summary>Those of this gateway that ended before a time, that nobody holds and that are delivered to wherever they go, the oldest first.</summary>
    /// <param name="gateway">Its name.</param>
    /// <param name="before">The time.</param>
    /// <param name="last">Those that ended before this, delivered or not.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<IReadOnlyList<RecordingRow>> ListEndedBeforeAsync(string gateway, DateTimeOffset before, DateTimeOffset last, int limit, CancellationToken cancellationToken) => database.QueryAsync<RecordingRow>(
        $"SELECT {RecordingRow.Columns} FROM recordings WHERE {Old} AND (ended_at < @last OR NOT {Undelivered}) ORDER BY ended_at LIMIT @limit",
        SqlParameters.Of(new { gateway, before = before.ToUnixTimeMilliseconds(), last = last.ToUnixTimeMilliseconds(), limit }), cancellationToken);

    /// <summary>Those that would be among <see cref="ListEndedBeforeAsync"/> had they been delivered.</summary>
    public Task<IReadOnlyList<RecordingRow>> ListUndeliveredAsync(string gateway, DateTimeOffset before, DateTimeOffset last, int limit, CancellationToken cancellationToken) => database.QueryAsync<RecordingRow>(
        $"SELECT {RecordingRow.Columns} FROM recordings WHERE {Old} AND ended_at >= @last AND {Undelivered} ORDER BY ended_at LIMIT @limit",
        SqlParameters.Of(new { gateway, before = before.ToUnixTimeMilliseconds(), last = last.ToUnixTimeMilliseconds(), limit }), cancellationToken);

    /// <summary>From now on it is removed, and nobody finds it any more. False: it is held, open, or gone.</summary>
    /// <param name="sessionId">Which one.</param>
    /// <param name="reason">Why, for the audit log.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<bool> BeginRemovalAsync(string sessionId, string reason, CancellationToken cancellationToken) => await database.ExecuteAsync(
        "UPDATE recordings SET removal = @reason WHERE session_id = @sessionId AND state <> 'Open' AND legal_hold IS NULL AND removal IS NULL", SqlParameters.Of(new { sessionId, reason }), cancellationToken) > 0;

    /// <summary>Those of this gateway whose removal was begun.</summary>
    public Task<IReadOnlyList<RecordingRow>> ListRemovedAsync(string gateway, CancellationToken cancellationToken) => database.QueryAsync<RecordingRow>(
        $"SELECT {RecordingRow.Columns} FROM recordings WHERE gateway = @gateway AND removal IS NOT NULL", SqlParameters.Of(new { gateway }), cancellationToken);

    /// <summary>Nothing else is left of it: the row goes, too.</summary>
    public Task<int> DeleteAsync(string sessionId, CancellationToken cancellationToken)
        => database.ExecuteAsync("DELETE FROM recordings WHERE session_id = @sessionId AND removal IS NOT NULL", SqlParameters.Of(new { sessionId }), cancellationToken);

    /// <summary>Says why a recording must be kept, or that it need not be any more. False: there is none.</summary>
    /// <param name="sessionId">Which one.</param>
    /// <param name="reason">Null: the hold ends.</param>
    /// <param name="by">ARN.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<bool> HoldAsync(string sessionId, string? reason, string by, CancellationToken cancellationToken) => await database.ExecuteAsync(
        "UPDATE recordings SET legal_hold = @reason, legal_hold_by = @by WHERE session_id = @sessionId AND removal IS NULL", SqlParameters.Of(new { sessionId, reason, by = reason is null ? null : by }), cancellationToken) > 0;
}
