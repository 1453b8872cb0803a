using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Storage;

namespace Postern.Server.Identity;

/// <summary>A tag of a principal, a policy or an instance profile.</summary>
internal sealed class IdentityTag
{
    public string OwnerId { get; set; } = "";
    public string TagKey { get; set; } = "";
    public string TagValue { get; set; } = "";
}

/// <summary>Tags: read, checked, kept. Keys are told apart without their case, which is kept.</summary>
internal static class IdentityTags
{
    public const int Most = 50;
    private const string Reserved = "aws:";

    /// <summary>Of a request; [] when there are none.</summary>
    public static IReadOnlyList<IdentityTag> Read(QueryRequest request)
    {
        var tags = request.Items("Tags", Most).Select(item =>
        {
            var tag = new IdentityTag { TagKey = item.Required("Key", IdentityRules.TagKey), TagValue = item.Required("Value", IdentityRules.TagValue) };
            item.Must(!tag.TagKey.StartsWith(Reserved, StringComparison.OrdinalIgnoreCase), "Key", $"Keys that begin with {Reserved} are reserved");
            return tag;
        }).ToList();
        request.Must(tags.DistinctBy(tag => tag.TagKey, StringComparer.OrdinalIgnoreCase).Count() == tags.Count, "Tags", "Duplicate tag keys found. Please note that Tag keys are case insensitive");
        return tags;
    }

    public static void Write(QueryAnswer answer, IEnumerable<IdentityTag> tags)
        => answer.List("Tags", tags.OrderBy(tag => tag.TagKey, StringComparer.Ordinal), tag => answer.Text("Key", tag.TagKey).Text("Value", tag.TagValue));

    public static Task<IReadOnlyList<IdentityTag>> TagsAsync(this IdentityTransaction transaction, string ownerId)
        => transaction.ListAsync<IdentityTag>("SELECT owner_id, tag_key, tag_value FROM identity_tags WHERE owner_id = @ownerId ORDER BY tag_key", SqlParameters.Of(new { ownerId }));

    /// <summary>Adds or overwrites.</summary>
    /// <exception cref="AwsErrorException">LimitExceeded.</exception>
    public static async Task TagAsync(this IdentityTransaction transaction, string ownerId, IReadOnlyList<IdentityTag> tags)
    {
        if (tags.Count == 0) return;
        var before = await transaction.TagsAsync(ownerId);
        var replaced = before.Where(old => tags.Any(tag => tag.TagKey.Equals(old.TagKey, StringComparison.OrdinalIgnoreCase))).ToList();
        if (before.Count - replaced.Count + tags.Count > Most)
            throw IdentityErrors.LimitExceeded($"The number of tags has reached the maximum limit of {Most}.");
        foreach (var old in replaced)
            await transaction.ExecuteAsync("DELETE FROM identity_tags WHERE owner_id = @OwnerId AND tag_key = @TagKey", SqlParameters.Of(old));
        foreach (var tag in tags)
            await transaction.ExecuteAsync("INSERT INTO identity_tags (owner_id, tag_key, tag_value) VALUES (@ownerId, @TagKey, @TagValue)", SqlParameters.Of(new { ownerId, tag.TagKey, tag.TagValue }));
    }

    public static async Task UntagAsync(this IdentityTransaction transaction, string ownerId, IReadOnlyList<string> keys)
    {
        foreach (var old in await transaction.TagsAsync(ownerId))
            if (keys.Contains(old.TagKey, StringComparer.OrdinalIgnoreCase))
                await transaction.ExecuteAsync("DELETE FROM identity_tags WHERE owner_id = @OwnerId AND tag_key = @TagKey", SqlParameters.Of(old));
    }
}
