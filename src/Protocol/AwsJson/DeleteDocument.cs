namespace Postern.Protocol.AwsJson;

/// <summary>Deletes a document, or one version of it.</summary>
public sealed record DeleteDocumentRequest
{
    /// <summary>Required.</summary>
    public string? Name { get; init; }
    /// <summary>A number, $LATEST or $DEFAULT; the whole document when this and <see cref="VersionName"/> are absent.</summary>
    public string? DocumentVersion { get; init; }
    public string? VersionName { get; init; }
    public bool? Force { get; init; }
}
