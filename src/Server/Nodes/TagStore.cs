using System.Data.Common;
using Postern.Protocol.AwsJson;
using Postern.Server.Storage;

namespace Postern.Server.Nodes;

/// <summary>Tags of resources: each key once per resource.</summary>
internal sealed class TagStore(Database database)
{
    public const string ManagedInstance = "ManagedInstance";
    public const string Activation = "Activation";
    public const int MaxTagsPerResource = 50;

    /// <summary>Managed nodes.</summary>
    public static readonly TaggedKind Nodes = new(ManagedInstance, "SELECT id FROM nodes WHERE id = @id AND state = 'Registered'",
        "UPDATE nodes SET state = state WHERE id = @id AND state = 'Registered'", id => NodeErrors.UnknownResource(id).Message);

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

    /// <summary>Adds or overwrites tags: all of them or none.</summary>
    /// <exception cref="AwsErrorException">
    /// InvalidResourceId: no such resource. TooManyTagsError: it would have more than <see cref="MaxTagsPerResource"/>. ValidationException: two keys would differ only in case.
    /// </exception>
    public Task AddAsync(TaggedKind kind, string id, IReadOnlyList<Tag> tags, CancellationToken cancellationToken) => database.WriteAsync(async connection =>
    {
        if (await connection.ExecuteAsync(kind.HoldSql, SqlParameters.Of(new { id }), cancellationToken) == 0)
            throw Unknown(kind, id);
        await InsertAsync(connection, kind.ResourceType, id, tags, cancellationToken);
        var keys = (await connection.QueryAsync<string>(
            "SELECT tag_key FROM resource_tags WHERE resource_type = @ResourceType AND resource_id = @id",
            SqlParameters.Of(new { kind.ResourceType, id }), cancellationToken));
        if (keys.Count > MaxTagsPerResource)
            throw new AwsErrorException("TooManyTagsError", $"{id} would have {keys.Count} tags; a resource has at most {MaxTagsPerResource}. No tag was added.");
        // Policies see one condition key for both, and who may write one must not be able to hide the other.
        if (tags.FirstOrDefault(tag => keys.Any(key => key != tag.Key && key.Equals(tag.Key, StringComparison.OrdinalIgnoreCase))) is { } twice)
            throw new AwsErrorException("ValidationException", $"{id} has a tag already whose key differs from {twice.Key} only in capital letters. Remove it first. No tag was added.");
        return keys.Count;
    }, cancellationToken);

    /// <summary>Removes the keys that are there.</summary>
    /// <exception cref="AwsErrorException">InvalidResourceId: no such resource.</exception>
    public Task RemoveAsync(TaggedKind kind, string id, IReadOnlyList<string> keys, CancellationToken cancellationToken) => database.WriteAsync(async connection =>
    {
        if (await connection.ExecuteAsync(kind.HoldSql, SqlParameters.Of(new { id }), cancellationToken) == 0)
            throw Unknown(kind, id);
        var conditions = new SqlConditions();
        conditions.And($"resource_type = {conditions.Value(kind.ResourceType)}").And($"resource_id = {conditions.Value(id)}").In("tag_key", keys);
        return await connection.ExecuteAsync($"DELETE FROM resource_tags WHERE {conditions.Sql}", conditions.Parameters, cancellationToken);
    }, cancellationToken);

    /// <summary>The tags of a resource that must exist.</summary>
    /// <exception cref="AwsErrorException">InvalidResourceId: no such resource.</exception>
    public async Task<IReadOnlyList<Tag>> RequireAsync(TaggedKind kind, string id, CancellationToken cancellationToken)
        => await database.QuerySingleOrDefaultAsync<string>(kind.FindSql, SqlParameters.Of(new { id }), cancellationToken) is null
            ? throw Unknown(kind, id)
            : await ListAsync(kind.ResourceType, id, cancellationToken);

    /// <summary>Inside a write of another store.</summary>
    internal static async Task InsertAsync(DbConnection connection, string resourceType, string resourceId, IReadOnlyList<Tag> tags, CancellationToken cancellationToken)
    {
        foreach (var tag in tags)
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO resource_tags (resource_type, resource_id, tag_key, tag_value) VALUES (@resourceType, @resourceId, @Key, @Value)
                ON CONFLICT (resource_type, resource_id, tag_key) DO UPDATE SET tag_value = excluded.tag_value
                """, SqlParameters.Of(new { resourceType, resourceId, tag.Key, tag.Value }), cancellationToken);
        }
    }

    private static AwsErrorException Unknown(TaggedKind kind, string id) => new("InvalidResourceId", kind.Unknown(id));

    private sealed class TagRow
    {
        public string ResourceId { get; set; } = "";
        public string TagKey { get; set; } = "";
        public string TagValue { get; set; } = "";
    }
}
