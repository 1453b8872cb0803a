namespace Postern.Protocol.AwsJson;

/// <summary>Reads a document.</summary>
public sealed record GetDocumentRequest
{
    /// <summary>Required.</summary>
    public string? Name { get; init; }
    public string? VersionName { get; init; }
    /// <summary>A number, $LATEST or $DEFAULT.</summary>
    public string? DocumentVersion { get; init; }
    public string? DocumentFormat { get; init; }
}

/// <summary>A document with its content.</summary>
public sealed record GetDocumentResponse
{
    public string? Name { get; init; }
    public DateTimeOffset? CreatedDate { get; init; }
    public string? DisplayName { get; init; }
    public string? VersionName { get; init; }
    public string? DocumentVersion { get; init; }
    public string? Status { get; init; }
    public string? StatusInformation { get; init; }
    /// <summary>JSON or YAML, as <see cref="DocumentFormat"/> says.</summary>
    public string? Content { get; init; }
    public string? DocumentType { get; init; }
    public string? DocumentFormat { get; init; }
    public IReadOnlyList<DocumentRequires>? Requires { get; init; }
    public IReadOnlyList<AttachmentContent>? AttachmentsContent { get; init; }
    public string? ReviewStatus { get; init; }
}

/// <summary>A file attached to a document.</summary>
public sealed record AttachmentContent
{
    public string? Name { get; init; }
    /// <summary>Bytes.</summary>
    public long? Size { get; init; }
    public string? Hash { get; init; }
    public string? HashType { get; init; }
    public string? Url { get; init; }
}
