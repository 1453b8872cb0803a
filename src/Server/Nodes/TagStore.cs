using System.Data.Common;
using Dapper;
using Postern.Protocol.AwsJson;
using Postern.Server.Storage;

namespace Postern.Server.Nodes;

/// <summary>Tags of resources: each key once per resource.</summary>
internal sealed class TagStore(Database database)
{
    public const string ManagedInstance = "ManagedInstance";
    public const string Activation = "Activation";
    public const int MaxTagsPerResource = 50;

    public async Task<IReadOnlyList<Tag>> ListAsync(string resourceType, string resourceId, CancellationToken cancellationToken)
        => [.. (await ListAsync(resourceType, [resourceId], cancellationToken))[resourceId]];

    /// <summary>The tags of several resources, by resource id, in the order of their keys.</summary>
    public async Task<ILookup<string, Tag>> ListAsync(string resourceType, IReadOnlyList<string> resourceIds, CancellationToken cancellationToken)
    {
        var conditions = new SqlConditions();
        conditions.And($"resource_type = {conditions.Value(resourceType)}").In("resource_id", resourceIds);
        var rows = await database.QueryAsync<TagRow>(
            $"SELECT resource_id, tag_key, tag_value FROM resource_tags WHERE {conditions.Sql} ORDER BY resource_id, tag_key", conditions.Parameters, cancellationToken);
        return rows.ToLookup(row => row.ResourceId, row => new Tag { Key = row.TagKey, Value = row.TagValue });
    }

    /// <summary>Adds or overwrites a node's tags: all of them or none.</summary>
    /// <exception cref="AwsErrorException">InvalidResourceId: no such node. TooManyTagsError: it would have more than <see cref="MaxTagsPerResource"/>.</exception>
    public Task AddToNodeAsync(string nodeId, IReadOnlyList<Tag> tags, CancellationToken cancellationToken) => database.WriteAsync(async connection =>
    {
        // The write that changes nothing holds the node's row, so that two callers cannot pass the limit together.
        var known = await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE nodes SET state = state WHERE id = @nodeId AND state = 'Registered'", new { nodeId }, cancellationToken: cancellationToken));
        if (known == 0) throw NodeErrors.UnknownResource(nodeId);
        await InsertAsync(connection, ManagedInstance, nodeId, tags, cancellationToken);
        var count = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "SELECT COUNT(*) FROM resource_tags WHERE resource_type = @ManagedInstance AND resource_id = @nodeId",
            new { ManagedInstance, nodeId }, cancellationToken: cancellationToken));
        if (count > MaxTagsPerResource)
            throw new AwsErrorException("TooManyTagsError", $"{nodeId} would have {count} tags; a resource has at most {MaxTagsPerResource}. No tag was added.");
        return count;
    }, cancellationToken);

    /// <summary>Removes the keys that are there.</summary>
    public Task RemoveAsync(string resourceType, string resourceId, IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        var conditions = new SqlConditions();
        conditions.And($"resource_type = {conditions.Value(resourceType)}").And($"resource_id = {conditions.Value(resourceId)}").In("tag_key", keys);
        return database.ExecuteAsync($"DELETE FROM resource_tags WHERE {conditions.Sql}", conditions.Parameters, cancellationToken);
    }

    /// <summary>Inside a write of another store.</summary>
    internal static async Task InsertAsync(DbConnection connection, string resourceType, string resourceId, IReadOnlyList<Tag> tags, CancellationToken cancellationToken)
    {
        foreach (var tag in tags)
        {
            await connection.ExecuteAsync(new CommandDefinition(
                """
                INSERT INTO resource_tags (resource_type, resource_id, tag_key, tag_value) VALUES (@resourceType, @resourceId, @Key, @Value)
                ON CONFLICT (resource_type, resource_id, tag_key) DO UPDATE SET tag_value = excluded.tag_value
                """, new { resourceType, resourceId, tag.Key, tag.Value }, cancellationToken: cancellationToken));
        }
    }

    private sealed class TagRow
    {
        public string ResourceId { get; set; } = "";
        public string TagKey { get; set; } = "";
        public string TagValue { get; set; } = "";
    }
}
