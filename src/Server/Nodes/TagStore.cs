using System.Data.Common;
using Dapper;
using Postern.Server.Storage;

namespace Postern.Server.Nodes;

/// <summary>Tags of resources: each key once per resource.</summary>
internal sealed class TagStore(Database database)
{
    public const string ManagedInstance = "ManagedInstance";
    public const string Activation = "Activation";
    public const int MaxTagsPerResource = 50;

    public async Task<IReadOnlyList<KeyValuePair<string, string>>> ListAsync(string resourceType, string resourceId, CancellationToken cancellationToken)
    {
        var tags = await ListAsync(resourceType, [resourceId], cancellationToken);
        return tags[resourceId].ToList();
    }

    /// <summary>The tags of several resources, by resource id.</summary>
    public async Task<ILookup<string, KeyValuePair<string, string>>> ListAsync(string resourceType, IReadOnlyList<string> resourceIds, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var rows = await connection.QueryAsync<(string Id, string Key, string Value)>(new CommandDefinition(
            "SELECT resource_id, tag_key, tag_value FROM resource_tags WHERE resource_type = @resourceType AND resource_id IN @resourceIds ORDER BY resource_id, tag_key",
            new { resourceType, resourceIds }, cancellationToken: cancellationToken));
        return rows.ToLookup(row => row.Id, row => KeyValuePair.Create(row.Key, row.Value));
    }

    /// <summary>Adds or overwrites a node's tags: all of them or, when it is unknown or would have too many, none.</summary>
    public async Task<TagOutcome> AddToNodeAsync(string nodeId, IReadOnlyList<KeyValuePair<string, string>> tags, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // The write that changes nothing holds the node's row, so that two callers cannot pass the limit together.
        var known = await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE nodes SET state = state WHERE id = @nodeId AND state = 'Registered'", new { nodeId }, transaction, cancellationToken: cancellationToken));
        if (known == 0) return TagOutcome.UnknownResource;
        await InsertAsync(connection, transaction, ManagedInstance, nodeId, tags, cancellationToken);
        var count = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "SELECT COUNT(*) FROM resource_tags WHERE resource_type = @ManagedInstance AND resource_id = @nodeId",
            new { ManagedInstance, nodeId }, transaction, cancellationToken: cancellationToken));
        if (count > MaxTagsPerResource) return TagOutcome.TooMany;
        await transaction.CommitAsync(cancellationToken);
        return TagOutcome.Done;
    }

    public async Task RemoveAsync(string resourceType, string resourceId, IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "DELETE FROM resource_tags WHERE resource_type = @resourceType AND resource_id = @resourceId AND tag_key IN @keys",
            new { resourceType, resourceId, keys }, cancellationToken: cancellationToken));
    }

    internal static async Task InsertAsync(DbConnection connection, DbTransaction transaction, string resourceType, string resourceId,
        IReadOnlyList<KeyValuePair<string, string>> tags, CancellationToken cancellationToken)
    {
        foreach (var (key, value) in tags)
        {
            await connection.ExecuteAsync(new CommandDefinition("""
                INSERT INTO resource_tags (resource_type, resource_id, tag_key, tag_value) VALUES (@resourceType, @resourceId, @key, @value)
                ON CONFLICT (resource_type, resource_id, tag_key) DO UPDATE SET tag_value = excluded.tag_value
                """, new { resourceType, resourceId, key, value }, transaction, cancellationToken: cancellationToken));
        }
    }
}

/// <summary>What became of an attempt to tag.</summary>
internal enum TagOutcome
{
    Done,
    UnknownResource,
    TooMany,
}
