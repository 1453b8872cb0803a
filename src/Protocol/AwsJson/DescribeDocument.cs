namespace Postern.Protocol.AwsJson;

/// <summary>Describes a document.</summary>
public sealed record DescribeDocumentRequest
{
    /// <summary>Required.</summary>
    public string? Name { get; init; }
    /// <summary>A number, $LATEST or $DEFAULT.</summary>
    public string? DocumentVersion { get; init; }
    public string? VersionName { get; init; }
}

/// <summary>The description.</summary>
public sealed record DescribeDocumentResponse
{
    public DocumentDescription? Document { get; init; }
}
