using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Server.Nodes;

/// <summary>What tags may be.</summary>
internal static class TagRules
{
    public const int MaxKeyLength = 128, MaxValueLength = 256;

    /// <summary>Longest list the model takes; how many a resource can keep is <see cref="TagStore.MaxTagsPerResource"/>.</summary>
    private const int MaxListed = 1000;

    private const string ReservedPrefix = "aws:";

    public static Validation Tags(this Validation validation, IReadOnlyList<Tag>? tags)
    {
        validation.Items("tags", tags, 0, MaxListed);
        if (tags is null || tags.Count > MaxListed || tags.Any(tag => tag is null)) return validation;
        for (var i = 0; i < tags.Count; i++)
        {
            var member = $"tags.{i + 1}.member";
            validation.TagKey($"{member}.key", tags[i].Key)
                .Required($"{member}.value", tags[i].Value)
                .Length($"{member}.value", tags[i].Value, 0, MaxValueLength)
                .Pattern($"{member}.value", tags[i].Value, NodePatterns.Text, NodePatterns.TextModel)
                .Must(tags[i].Key?.StartsWith(ReservedPrefix, StringComparison.OrdinalIgnoreCase) != true, $"{member}.key", $"Keys that begin with {ReservedPrefix} are reserved");
        }
        // Condition keys are the same in any case: two tags that differ only in it would be one to policies.
        return validation.Must(tags.DistinctBy(tag => tag.Key, StringComparer.OrdinalIgnoreCase).Count() == tags.Count, "tags", "Each key may appear once, in capital or small letters");
    }

    public static Validation TagKey(this Validation validation, string member, string? key) => validation
        .Required(member, key)
        .Length(member, key, 1, MaxKeyLength)
        .Pattern(member, key, NodePatterns.Text, NodePatterns.TextModel);
}
