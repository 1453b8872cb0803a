using Postern.Server.Storage;

namespace Postern.Server.Sessions;

/// <summary>The table of sessions.</summary>
internal sealed partial class SessionStore(Database database, TimeProvider time)
{
    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <param name="row">The session.</param>
    /// <param name="clientTokenHash">Of the token that opens the client's side.</param>
    /// <param name="expires">Of the token.</param>
    /// <param name="documentsRevision">What the session was made from. False: documents or settings are others by now, and nothing was entered.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<bool> InsertAsync(SessionRow row, string clientTokenHash, DateTimeOffset expires, long documentsRevision, CancellationToken cancellationToken) => await database.ExecuteAsync(
        """
        INSERT INTO sessions (id, node_id, gateway, owner_arn, owner_id, document_name, document_version, session_type, port_type, parameters, reason, access_type, state,
          started_at, idle_timeout, max_duration, agent_done, owner_key_id, source_address, remote_host, remote_port, recording, delivery, s3_url, cloudwatch_url, client_token, client_token_expires_at)
        SELECT @Id, @NodeId, @Gateway, @OwnerArn, @OwnerId, @DocumentName, @DocumentVersion, @SessionType, @PortType, @Parameters, @Reason, @AccessType, @State,
          @StartedAt, @IdleTimeout, @MaxDuration, 0, @OwnerKeyId, @SourceAddress, @RemoteHost, @RemotePort, @Recording, @Delivery, @S3Url, @CloudwatchUrl, @clientTokenHash, @expiresAt
        WHERE EXISTS (SELECT 1 FROM documents_revision WHERE revision = @documentsRevision)
        """,
        SqlParameters.Of(new
        {
            row.Id,
            row.NodeId,
            row.Gateway,
            row.OwnerArn,
            row.OwnerId,
            row.DocumentName,
            row.DocumentVersion,
            row.SessionType,
            row.PortType,
            row.Parameters,
            row.Reason,
            row.AccessType,
            row.State,
            row.StartedAt,
            row.IdleTimeout,
            row.MaxDuration,
            row.OwnerKeyId,
            row.SourceAddress,
            row.RemoteHost,
            row.RemotePort,
            row.Recording,
            row.Delivery,
            row.S3Url,
            row.CloudwatchUrl,
            clientTokenHash,
            expiresAt = expires.ToUnixTimeMilliseconds(),
            documentsRevision,
        }), cancellationToken) > 0;

    public Task<SessionRow?> FindAsync(string id, CancellationToken cancellationToken)
        => database.QuerySingleOrDefaultAsync<SessionRow>($"SELECT {SessionRow.Columns} FROM sessions WHERE id = @id", SqlParameters.Of(new { id }), cancellationToken);

    /// <summary>The live sessions that a gateway looks after.</summary>
    public Task<IReadOnlyList<SessionRow>> ListLiveAsync(string gateway, CancellationToken cancellationToken) => database.QueryAsync<SessionRow>(
        $"SELECT {SessionRow.Columns} FROM sessions WHERE gateway = @gateway AND state NOT IN ('Terminated', 'Failed')", SqlParameters.Of(new { gateway }), cancellationToken);

    /// <summary>Ids and states of the live sessions that a gateway looks after.</summary>
    public async Task<IReadOnlyDictionary<string, SessionState>> LiveStatesAsync(string gateway, CancellationToken cancellationToken)
    {
        var conditions = new SqlConditions().In("state", SessionStates.Live.Select(state => state.ToString()));
        conditions.And($"gateway = {conditions.Value(gateway)}");
        var rows = await database.QueryAsync<LiveState>($"SELECT id, state FROM sessions WHERE {conditions.Sql}", conditions.Parameters, cancellationToken);
        return rows.ToDictionary(row => row.Id, row => Enum.Parse<SessionState>(row.State), StringComparer.Ordinal);
    }

    /// <summary>The gateways that have live sessions.</summary>
    public Task<IReadOnlyList<string>> ListGatewaysAsync(CancellationToken cancellationToken)
    {
        var conditions = new SqlConditions().In("state", SessionStates.Live.Select(state => state.ToString()));
        return database.QueryAsync<string>($"SELECT DISTINCT gateway FROM sessions WHERE {conditions.Sql}", conditions.Parameters, cancellationToken);
    }

    /// <summary>
    /// Ends live sessions of a gateway that will not do it, unless it was heard of since: each is returned to one caller only.
    /// </summary>
    /// <param name="gateway">Its name.</param>
    /// <param name="seenAt">When it was last heard of; null: the table of gateways does not know it.</param>
    /// <param name="reason">For the history, and for clients that come back.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<IReadOnlyList<SessionRow>> EndLostAsync(string gateway, long? seenAt, string reason, int limit, CancellationToken cancellationToken) => database.WriteAsync<IReadOnlyList<SessionRow>>(async connection =>
    {
        var conditions = new SqlConditions().In("state", SessionStates.Live.Select(state => state.ToString()));
        var name = conditions.Value(gateway);
        conditions.And($"gateway = {name}").And(seenAt is { } seen
            ? $"EXISTS (SELECT 1 FROM gateways g WHERE g.name = {name} AND g.seen_at = {conditions.Value(seen)})"
            : $"NOT EXISTS (SELECT 1 FROM gateways g WHERE g.name = {name})");
        return await connection.QueryAsync<SessionRow>(
            $"""
            UPDATE sessions SET state = 'Failed', details = {conditions.Value(reason)}, output = {conditions.Value(reason)}, ended_at = {conditions.Value(Now)}, client_back_by = NULL
            WHERE id IN (SELECT id FROM sessions WHERE {conditions.Sql} LIMIT {limit}) AND {conditions.Sql} RETURNING {SessionRow.Columns}
            """, conditions.Parameters, cancellationToken);
    }, cancellationToken);

    /// <summary>
    /// Moves a session from one state to another. False: it was in another state, and nothing changed. Details and output are kept
    /// when null, and so are the totals; the end gets its date, and an absent client the time until which it may come back.
    /// </summary>
    /// <exception cref="InvalidOperationException">The transition is not legal.</exception>
    public async Task<bool> ChangeStateAsync(string id, SessionState from, SessionState to, string? details, string? output, SessionTraffic? traffic, DateTimeOffset? clientBackBy, CancellationToken cancellationToken)
    {
        if (!from.MayBecome(to))
            throw new InvalidOperationException($"A session that is {from} cannot become {to}.");
        return await database.ExecuteAsync(
            """
            UPDATE sessions SET state = @to, details = COALESCE(@details, details), output = COALESCE(@output, output), bytes_to_node = COALESCE(@toNode, bytes_to_node), bytes_to_client = COALESCE(@toClient, bytes_to_client), ended_at = @endedAt,
              client_back_by = @clientBackBy
            WHERE id = @id AND state = @from
            """,
            SqlParameters.Of(new { id, from = from.ToString(), to = to.ToString(), details, output, toNode = traffic?.ToNode, toClient = traffic?.ToClient, endedAt = to.IsEnded() ? Now : (long?)null, clientBackBy = clientBackBy?.ToUnixTimeMilliseconds() }), cancellationToken) > 0;
    }

    /// <summary>Records that nothing of the session is left on its node, and where the node put the log.</summary>
    public Task MarkAgentDoneAsync(string id, string? s3Url, string? cloudwatchUrl, CancellationToken cancellationToken) => database.ExecuteAsync(
        "UPDATE sessions SET agent_done = 1, s3_url = COALESCE(@s3Url, s3_url), cloudwatch_url = COALESCE(@cloudwatchUrl, cloudwatch_url) WHERE id = @id",
        SqlParameters.Of(new { id, s3Url, cloudwatchUrl }), cancellationToken);

    /// <summary>Sessions that ended while their node may not have heard of it: newest first.</summary>
    public Task<IReadOnlyList<SessionRow>> ListEndedUnknownToNodeAsync(string nodeId, int limit, CancellationToken cancellationToken) => database.QueryAsync<SessionRow>(
        $"""
        SELECT {SessionRow.Columns} FROM sessions WHERE node_id = @nodeId AND state IN ('Terminated', 'Failed') AND agent_done = 0
        ORDER BY started_at DESC LIMIT @limit
        """, SqlParameters.Of(new { nodeId, limit }), cancellationToken);

    public Task<IReadOnlyList<SessionRow>> PageAsync(SessionQuery query, int limit, CancellationToken cancellationToken)
    {
        var parameters = query.Conditions.Parameters;
        parameters.Add("limit", limit);
        return database.QueryAsync<SessionRow>(
            $"SELECT {SessionRow.Columns} FROM sessions WHERE {query.Conditions.Sql} ORDER BY started_at DESC, id DESC LIMIT @limit", parameters, cancellationToken);
    }

    /// <summary>Keeps what has passed through live sessions, in one transaction.</summary>
    public Task SaveTrafficAsync(IReadOnlyList<(string Id, SessionTraffic Traffic)> totals, CancellationToken cancellationToken) => database.WriteAsync(async connection =>
    {
        foreach (var (id, traffic) in totals)
            await connection.ExecuteAsync("UPDATE sessions SET bytes_to_node = @toNode, bytes_to_client = @toClient WHERE id = @id",
                SqlParameters.Of(new { id, toNode = traffic.ToNode, toClient = traffic.ToClient }), cancellationToken);
        return totals.Count;
    }, cancellationToken);

    /// <summary>Removes sessions that ended before a time.</summary>
    public Task<int> DeleteEndedBeforeAsync(DateTimeOffset before, CancellationToken cancellationToken) => database.ExecuteAsync(
        "DELETE FROM sessions WHERE state IN ('Terminated', 'Failed') AND ended_at < @before", SqlParameters.Of(new { before = before.ToUnixTimeMilliseconds() }), cancellationToken);

    private sealed class LiveState
    {
        public string Id { get; set; } = "";
        public string State { get; set; } = "";
    }
}
