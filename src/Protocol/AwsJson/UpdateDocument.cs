namespace Postern.Protocol.AwsJson;

/// <summary>Adds a version to a document.</summary>
public sealed record UpdateDocumentRequest
{
    /// <summary>JSON, at most 64 KiB. Required.</summary>
    public string? Content { get; init; }
    public IReadOnlyList<AttachmentsSource>? Attachments { get; init; }
    /// <summary>Required.</summary>
    public string? Name { get; init; }
    public string? DisplayName { get; init; }
    public string? VersionName { get; init; }
    /// <summary>The version that is changed: the latest, as a number or $LATEST.</summary>
    public string? DocumentVersion { get; init; }
    public string? DocumentFormat { get; init; }
    public string? TargetType { get; init; }
}

/// <summary>The version that was added.</summary>
public sealed record UpdateDocumentResponse
{
    public DocumentDescription? DocumentDescription { get; init; }
}
