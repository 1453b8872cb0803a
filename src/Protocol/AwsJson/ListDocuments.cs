using System.Text.Json.Serialization;

namespace Postern.Protocol.AwsJson;

/// <summary>Lists documents.</summary>
public sealed record ListDocumentsRequest
{
    /// <summary>The older filters.</summary>
    public IReadOnlyList<DocumentFilter>? DocumentFilterList { get; init; }
    public IReadOnlyList<DocumentKeyValuesFilter>? Filters { get; init; }
    /// <summary>Most items on one page.</summary>
    public int? MaxResults { get; init; }
    /// <summary>Where the next page starts; absent on the last.</summary>
    public string? NextToken { get; init; }
}

/// <summary>A page of documents.</summary>
public sealed record ListDocumentsResponse
{
    public IReadOnlyList<DocumentIdentifier>? DocumentIdentifiers { get; init; }
    /// <summary>Where the next page starts; absent on the last.</summary>
    public string? NextToken { get; init; }
}

/// <summary>The older filter; its members are lower-case on the wire.</summary>
public sealed record DocumentFilter
{
    /// <summary>Name, Owner, PlatformTypes or DocumentType.</summary>
    [JsonPropertyName("key")] public string? Key { get; init; }
    [JsonPropertyName("value")] public string? Value { get; init; }
}

/// <summary>A filter by any key.</summary>
public sealed record DocumentKeyValuesFilter
{
    public string? Key { get; init; }
    public IReadOnlyList<string>? Values { get; init; }
}

/// <summary>A document as it is listed.</summary>
public sealed record DocumentIdentifier
{
    public string? Name { get; init; }
    public DateTimeOffset? CreatedDate { get; init; }
    public string? DisplayName { get; init; }
    public string? Owner { get; init; }
    public string? VersionName { get; init; }
    public IReadOnlyList<string>? PlatformTypes { get; init; }
    public string? DocumentVersion { get; init; }
    public string? DocumentType { get; init; }
    public string? SchemaVersion { get; init; }
    public string? DocumentFormat { get; init; }
    public string? TargetType { get; init; }
    public IReadOnlyList<Tag>? Tags { get; init; }
    public IReadOnlyList<DocumentRequires>? Requires { get; init; }
    public string? ReviewStatus { get; init; }
    public string? Author { get; init; }
}
