namespace Postern.Protocol.AwsJson;

/// <summary>Lists the versions of a document.</summary>
public sealed record ListDocumentVersionsRequest
{
    /// <summary>Required.</summary>
    public string? Name { get; init; }
    /// <summary>Most items on one page.</summary>
    public int? MaxResults { get; init; }
    /// <summary>Where the next page starts; absent on the last.</summary>
    public string? NextToken { get; init; }
}

/// <summary>A page of versions.</summary>
public sealed record ListDocumentVersionsResponse
{
    public IReadOnlyList<DocumentVersionInfo>? DocumentVersions { get; init; }
    /// <summary>Where the next page starts; absent on the last.</summary>
    public string? NextToken { get; init; }
}

/// <summary>A version of a document as it is listed.</summary>
public sealed record DocumentVersionInfo
{
    public string? Name { get; init; }
    public string? DisplayName { get; init; }
    public string? DocumentVersion { get; init; }
    public string? VersionName { get; init; }
    public DateTimeOffset? CreatedDate { get; init; }
    public bool? IsDefaultVersion { get; init; }
    public string? DocumentFormat { get; init; }
    public string? Status { get; init; }
    public string? StatusInformation { get; init; }
    public string? ReviewStatus { get; init; }
}
