using System.Text.Json.Serialization;

namespace Postern.Protocol.AwsJson;

/// <summary>Lists registered nodes.</summary>
public sealed record DescribeInstanceInformationRequest
{
    /// <summary>The older filters; not to be mixed with <see cref="Filters"/>.</summary>
    public IReadOnlyList<InstanceInformationFilter>? InstanceInformationFilterList { get; init; }
    public IReadOnlyList<InstanceInformationStringFilter>? Filters { get; init; }
    /// <summary>Most items on one page.</summary>
    public int? MaxResults { get; init; }
    /// <summary>Where the next page starts; absent on the last.</summary>
    public string? NextToken { get; init; }
}

/// <summary>A page of nodes.</summary>
public sealed record DescribeInstanceInformationResponse
{
    public IReadOnlyList<InstanceInformation>? InstanceInformationList { get; init; }
    /// <summary>Where the next page starts; absent on the last.</summary>
    public string? NextToken { get; init; }
}

/// <summary>The older filter; its members are lower-case on the wire.</summary>
public sealed record InstanceInformationFilter
{
    /// <summary>InstanceIds, AgentVersion, PingStatus, PlatformTypes, ActivationIds, IamRole, ResourceType or AssociationStatus.</summary>
    [JsonPropertyName("key")] public string? Key { get; init; }
    [JsonPropertyName("valueSet")] public IReadOnlyList<string>? ValueSet { get; init; }
}

/// <summary>A filter by any key.</summary>
public sealed record InstanceInformationStringFilter
{
    /// <summary>As in the older filter, also tag-key and tag:name.</summary>
    public string? Key { get; init; }
    public IReadOnlyList<string>? Values { get; init; }
}
