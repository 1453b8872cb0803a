namespace Postern.Protocol.AwsJson;

/// <summary>Creates a document.</summary>
public sealed record CreateDocumentRequest
{
    /// <summary>JSON, at most 64 KiB. Required.</summary>
    public string? Content { get; init; }
    public IReadOnlyList<DocumentRequires>? Requires { get; init; }
    public IReadOnlyList<AttachmentsSource>? Attachments { get; init; }
    /// <summary>3 to 128 of letters, digits, _, - and dot. Required.</summary>
    public string? Name { get; init; }
    public string? DisplayName { get; init; }
    public string? VersionName { get; init; }
    /// <summary>Session and others; Command when absent.</summary>
    public string? DocumentType { get; init; }
    /// <summary>JSON (when absent), YAML or TEXT.</summary>
    public string? DocumentFormat { get; init; }
    public string? TargetType { get; init; }
    public IReadOnlyList<Tag>? Tags { get; init; }
}

/// <summary>The document that was created.</summary>
public sealed record CreateDocumentResponse
{
    public DocumentDescription? DocumentDescription { get; init; }
}

/// <summary>Where a file attached to a document comes from.</summary>
public sealed record AttachmentsSource
{
    public string? Key { get; init; }
    public IReadOnlyList<string>? Values { get; init; }
    public string? Name { get; init; }
}
