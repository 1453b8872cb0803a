using Postern.Server.Storage;

namespace Postern.Server.Nodes;

/// <summary>The table of nodes. A deregistered node is as unknown here as one that never was.</summary>
internal sealed class NodeStore(Database database, TimeProvider time)
{
    public async Task<Node?> FindAsync(string id, CancellationToken cancellationToken)
        => (await database.QuerySingleOrDefaultAsync<NodeRow>(
            $"SELECT {NodeRow.Columns} FROM nodes WHERE id = @id AND state = 'Registered'", SqlParameters.Of(new { id }), cancellationToken))?.ToNode();

    /// <summary>The next nodes after an id, in the order of ids; fewer than <paramref name="limit"/> means there are no more.</summary>
    public async Task<IReadOnlyList<Node>> PageAsync(NodeQuery query, string after, int limit, CancellationToken cancellationToken)
    {
        var parameters = query.Conditions.Parameters;
        parameters.Add(SqlParameters.Of(new { after, limit }));
        var rows = await database.QueryAsync<NodeRow>(
            $"SELECT {NodeRow.Columns} FROM nodes WHERE {query.Conditions.Sql} AND id > @after ORDER BY id LIMIT @limit", parameters, cancellationToken);
        return [.. rows.Select(row => row.ToNode())];
    }

    /// <summary>Records what the agent reports and that it lives. False: no such node.</summary>
    public Task<bool> RecordPingAsync(string id, NodeReport report, CancellationToken cancellationToken) => ChangeAsync(
        """
        UPDATE nodes SET agent_name = COALESCE(@AgentName, agent_name), agent_version = COALESCE(@AgentVersion, agent_version),
          platform_type = COALESCE(@PlatformType, platform_type), platform_name = COALESCE(@PlatformName, platform_name),
          platform_version = COALESCE(@PlatformVersion, platform_version), computer_name = COALESCE(@ComputerName, computer_name),
          ip_address = COALESCE(@IpAddress, ip_address), pinged_at = @now
        WHERE id = @id AND state = 'Registered'
        """,
        SqlParameters.Of(new
        {
            id,
            now = Now,
            report.AgentName,
            report.AgentVersion,
            report.PlatformType,
            report.PlatformName,
            report.PlatformVersion,
            report.ComputerName,
            report.IpAddress,
        }), cancellationToken);

    public Task<bool> ReplacePublicKeyAsync(string id, string oldKey, string newKey, CancellationToken cancellationToken) => ChangeAsync(
        "UPDATE nodes SET public_key = @newKey WHERE id = @id AND public_key = @oldKey AND state = 'Registered'",
        SqlParameters.Of(new { id, oldKey, newKey }), cancellationToken);

    /// <summary>Records that a gateway holds the node's control channel now, whoever held it before. False: no such node.</summary>
    public Task<bool> MarkConnectedAsync(string id, string gateway, CancellationToken cancellationToken) => ChangeAsync(
        "UPDATE nodes SET gateway = @gateway, connected_at = @now WHERE id = @id AND state = 'Registered'",
        SqlParameters.Of(new { id, gateway, now = Now }), cancellationToken);

    /// <summary>Records that the gateway holds the channel no longer; nothing happens when another gateway has taken it since.</summary>
    public Task<bool> MarkDisconnectedAsync(string id, string gateway, CancellationToken cancellationToken) => ChangeAsync(
        "UPDATE nodes SET gateway = NULL, disconnected_at = @now WHERE id = @id AND gateway = @gateway",
        SqlParameters.Of(new { id, gateway, now = Now }), cancellationToken);

    /// <summary>At start: whatever an earlier run of this gateway held is gone.</summary>
    public Task<bool> ForgetConnectionsAsync(string gateway, CancellationToken cancellationToken) => ChangeAsync(
        "UPDATE nodes SET gateway = NULL, disconnected_at = @now WHERE gateway = @gateway",
        SqlParameters.Of(new { gateway, now = Now }), cancellationToken);

    /// <summary>The nodes that a gateway is marked to hold.</summary>
    public async Task<IReadOnlySet<string>> ListHeldAsync(string gateway, CancellationToken cancellationToken)
        => (await database.QueryAsync<string>("SELECT id FROM nodes WHERE gateway = @gateway", SqlParameters.Of(new { gateway }), cancellationToken)).ToHashSet(StringComparer.Ordinal);

    /// <summary>Ends a registration for good, with its tags. False: no such node.</summary>
    public Task<bool> DeregisterAsync(string id, CancellationToken cancellationToken) => database.WriteAsync(async connection =>
    {
        var removed = await connection.ExecuteAsync(
            "UPDATE nodes SET state = 'Deregistered', gateway = NULL, disconnected_at = @now WHERE id = @id AND state = 'Registered'",
            SqlParameters.Of(new { id, now = Now }), cancellationToken);
        await connection.ExecuteAsync(
            "DELETE FROM resource_tags WHERE resource_type = @type AND resource_id = @id",
            SqlParameters.Of(new { type = TagStore.ManagedInstance, id }), cancellationToken);
        return removed > 0;
    }, cancellationToken);

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private async Task<bool> ChangeAsync(string sql, SqlParameters parameters, CancellationToken cancellationToken)
        => await database.ExecuteAsync(sql, parameters, cancellationToken) > 0;
}
