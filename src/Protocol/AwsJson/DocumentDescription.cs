namespace Postern.Protocol.AwsJson;

/// <summary>What is known of a document besides its content.</summary>
public sealed record DocumentDescription
{
    public string? Sha1 { get; init; }
    public string? Hash { get; init; }
    public string? HashType { get; init; }
    public string? Name { get; init; }
    public string? DisplayName { get; init; }
    public string? VersionName { get; init; }
    public string? Owner { get; init; }
    public DateTimeOffset? CreatedDate { get; init; }
    public string? Status { get; init; }
    public string? StatusInformation { get; init; }
    public string? DocumentVersion { get; init; }
    public string? Description { get; init; }
    public IReadOnlyList<DocumentParameter>? Parameters { get; init; }
    public IReadOnlyList<string>? PlatformTypes { get; init; }
    public string? DocumentType { get; init; }
    public string? SchemaVersion { get; init; }
    public string? LatestVersion { get; init; }
    public string? DefaultVersion { get; init; }
    public string? DocumentFormat { get; init; }
    public string? TargetType { get; init; }
    public IReadOnlyList<Tag>? Tags { get; init; }
    public IReadOnlyList<AttachmentInformation>? AttachmentsInformation { get; init; }
    public IReadOnlyList<DocumentRequires>? Requires { get; init; }
    public string? Author { get; init; }
    public IReadOnlyList<ReviewInformation>? ReviewInformation { get; init; }
    public string? ApprovedVersion { get; init; }
    public string? PendingReviewVersion { get; init; }
    public string? ReviewStatus { get; init; }
    public IReadOnlyList<string>? Category { get; init; }
    public IReadOnlyList<string>? CategoryEnum { get; init; }
}

/// <summary>A parameter a document takes.</summary>
public sealed record DocumentParameter
{
    public string? Name { get; init; }
    /// <summary>String or StringList.</summary>
    public string? Type { get; init; }
    public string? Description { get; init; }
    public string? DefaultValue { get; init; }
}

/// <summary>The name of an attached file.</summary>
public sealed record AttachmentInformation
{
    public string? Name { get; init; }
}

/// <summary>A review of a document.</summary>
public sealed record ReviewInformation
{
    public DateTimeOffset? ReviewedTime { get; init; }
    public string? Status { get; init; }
    public string? Reviewer { get; init; }
}

/// <summary>A document another one needs.</summary>
public sealed record DocumentRequires
{
    public string? Name { get; init; }
    public string? Version { get; init; }
    public string? RequireType { get; init; }
    public string? VersionName { get; init; }
}
