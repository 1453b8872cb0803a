using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Server.Nodes;

/// <summary>The filters of DescribeInstanceInformation, in either of the two forms of the API: all must hold, each with any of its values.</summary>
internal sealed class NodeFilters
{
    private const int MaxFilters = 50, MaxValues = 100;
    private const string TagPrefix = "tag:";

    private static readonly string[] PingStatusValues = ["Online", "ConnectionLost", "Inactive"];
    private static readonly string[] ResourceTypes = ["ManagedInstance", "EC2Instance"];

    private static readonly string[] LegacyKeys =
        ["InstanceIds", "AgentVersion", "PingStatus", "PlatformTypes", "ActivationIds", "IamRole", "ResourceType", "AssociationStatus"];

    private NodeFilters(IReadOnlyList<(string Key, IReadOnlyList<string> Values)> given) => Given = given;

    public IReadOnlyList<(string Key, IReadOnlyList<string> Values)> Given { get; }
    /// <summary>The conditions that the database checks.</summary>
    public NodeQuery Query { get; } = new();
    /// <summary>Null: any.</summary>
    public IReadOnlySet<string>? PingStatuses { get; private set; }
    /// <summary>Some filter cannot be met by any node there is.</summary>
    public bool MatchNothing { get; private set; }

    /// <exception cref="AwsErrorException">ValidationException, InvalidFilterKey or InvalidInstanceInformationFilterValue.</exception>
    public static NodeFilters Parse(DescribeInstanceInformationRequest request)
    {
        var legacy = request.InstanceInformationFilterList;
        new Validation()
            .Items("filters", request.Filters, 0, MaxFilters)
            .Items("instanceInformationFilterList", legacy, 0, MaxFilters)
            .Must(request.Filters is not { Count: > 0 } || legacy is not { Count: > 0 }, "filters", "Filters and InstanceInformationFilterList may not be used together")
            .ThrowIfFaulty();
        var given = legacy is { Count: > 0 }
            ? [.. legacy.Select((filter, i) => Checked($"instanceInformationFilterList.{i + 1}.member", "key", filter.Key, "valueSet", filter.ValueSet))]
            : (request.Filters ?? []).Select((filter, i) => Checked($"filters.{i + 1}.member", "key", filter.Key, "values", filter.Values)).ToList();
        var filters = new NodeFilters(given);
        foreach (var (key, values) in given) filters.Add(key, values, tagsToo: legacy is not { Count: > 0 });
        return filters;
    }

    private static (string, IReadOnlyList<string>) Checked(string member, string keyMember, string? key, string valuesMember, IReadOnlyList<string>? values)
    {
        new Validation()
            .Required($"{member}.{keyMember}", key)
            .Length($"{member}.{keyMember}", key, 1, TagPrefix.Length + TagRules.MaxKeyLength)
            .Required($"{member}.{valuesMember}", values)
            .Items($"{member}.{valuesMember}", values, 1, MaxValues)
            .ThrowIfFaulty();
        return (key!, values!);
    }

    private void Add(string key, IReadOnlyList<string> values, bool tagsToo)
    {
        if (tagsToo && key == "tag-key") Query.WhereTagKey(values);
        else if (tagsToo && key.StartsWith(TagPrefix, StringComparison.Ordinal)) Query.WhereTag(key[TagPrefix.Length..], values);
        else if (key == "PingStatus") AddPingStatus(values);
        else if (key == "ResourceType") MatchNothing |= !Known(key, values, ResourceTypes).Contains(TagStore.ManagedInstance);
        else if (key == "AssociationStatus") MatchNothing = true; // no node has associations here
        else if (key == "PlatformTypes") Query.TryWhere(key, Known(key, values, DescribeInstanceInformation.PlatformTypes));
        else if (!Query.TryWhere(key, values))
            throw new AwsErrorException("InvalidFilterKey", $"There is no filter \"{key}\" for nodes. The key is one of: {string.Join(", ", LegacyKeys)}{(tagsToo ? ", tag-key, tag:NAME" : "")}.");
    }

    private void AddPingStatus(IReadOnlyList<string> values)
    {
        var wanted = Known("PingStatus", values, PingStatusValues).ToHashSet(StringComparer.Ordinal);
        if (PingStatuses is not null) wanted.IntersectWith(PingStatuses);
        PingStatuses = wanted;
    }

    private static IReadOnlyList<string> Known(string key, IReadOnlyList<string> values, IReadOnlyList<string> known)
        => values.FirstOrDefault(value => !known.Contains(value)) is not { } stranger
            ? values
            : throw new AwsErrorException("InvalidInstanceInformationFilterValue", $"\"{(stranger.Length > 100 ? stranger[..100] : stranger)}\" is not a value of filter {key}. It is one of: {string.Join(", ", known)}.");
}
