using Dapper;
using Postern.Server.Storage;

namespace Postern.Server.Nodes;

/// <summary>The table of nodes. A deregistered node is as unknown here as one that never was.</summary>
internal sealed class NodeStore(Database database, TimeProvider time)
{
    public async Task<Node?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<NodeRow>(new CommandDefinition(
            $"SELECT {NodeRow.Columns} FROM nodes WHERE id = @id AND state = 'Registered'", new { id }, cancellationToken: cancellationToken));
        return row?.ToNode();
    }

    /// <summary>The next nodes after an id, in the order of ids; fewer than <paramref name="limit"/> means there are no more.</summary>
    public async Task<IReadOnlyList<Node>> PageAsync(NodeQuery query, string after, int limit, CancellationToken cancellationToken)
    {
        var (condition, parameters) = query.ToSql();
        parameters.Add("after", after);
        parameters.Add("limit", limit);
        await using var connection = await database.OpenAsync(cancellationToken);
        var rows = await connection.QueryAsync<NodeRow>(new CommandDefinition(
            $"SELECT {NodeRow.Columns} FROM nodes WHERE state = 'Registered' AND id > @after{condition} ORDER BY id LIMIT @limit",
            parameters, cancellationToken: cancellationToken));
        return [.. rows.Select(row => row.ToNode())];
    }

    /// <summary>Records what the agent reports and that it lives. False: no such node.</summary>
    public Task<bool> RecordPingAsync(string id, NodeReport report, CancellationToken cancellationToken) => ChangeAsync("""
        UPDATE nodes SET agent_name = COALESCE(@AgentName, agent_name), agent_version = COALESCE(@AgentVersion, agent_version),
          platform_type = COALESCE(@PlatformType, platform_type), platform_name = COALESCE(@PlatformName, platform_name),
          platform_version = COALESCE(@PlatformVersion, platform_version), computer_name = COALESCE(@ComputerName, computer_name),
          ip_address = COALESCE(@IpAddress, ip_address), pinged_at = @now
        WHERE id = @id AND state = 'Registered'
        """,
        new
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
        }, cancellationToken);

    public Task<bool> ReplacePublicKeyAsync(string id, string oldKey, string newKey, CancellationToken cancellationToken) => ChangeAsync(
        "UPDATE nodes SET public_key = @newKey WHERE id = @id AND public_key = @oldKey AND state = 'Registered'",
        new { id, oldKey, newKey }, cancellationToken);

    /// <summary>Records that a gateway holds the node's control channel now, whoever held it before.</summary>
    public Task<bool> MarkConnectedAsync(string id, string gateway, CancellationToken cancellationToken) => ChangeAsync(
        "UPDATE nodes SET gateway = @gateway, connected_at = @now WHERE id = @id AND state = 'Registered'",
        new { id, gateway, now = Now }, cancellationToken);

    /// <summary>Records that the gateway holds the channel no longer; nothing happens when another gateway has taken it since.</summary>
    public Task<bool> MarkDisconnectedAsync(string id, string gateway, CancellationToken cancellationToken) => ChangeAsync(
        "UPDATE nodes SET gateway = NULL, disconnected_at = @now WHERE id = @id AND gateway = @gateway",
        new { id, gateway, now = Now }, cancellationToken);

    /// <summary>At start: whatever an earlier run of this gateway held is gone.</summary>
    public Task<bool> ForgetConnectionsAsync(string gateway, CancellationToken cancellationToken) => ChangeAsync(
        "UPDATE nodes SET gateway = NULL, disconnected_at = @now WHERE gateway = @gateway",
        new { gateway, now = Now }, cancellationToken);

    /// <summary>Ends a registration for good, with its tags. False: no such node.</summary>
    public async Task<bool> DeregisterAsync(string id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var removed = await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE nodes SET state = 'Deregistered', gateway = NULL, disconnected_at = @now WHERE id = @id AND state = 'Registered'",
            new { id, now = Now }, transaction, cancellationToken: cancellationToken)) > 0;
        await connection.ExecuteAsync(new CommandDefinition(
            "DELETE FROM resource_tags WHERE resource_type = @type AND resource_id = @id",
            new { type = TagStore.ManagedInstance, id }, transaction, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return removed;
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private async Task<bool> ChangeAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken)) > 0;
    }
}
