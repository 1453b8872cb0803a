namespace Postern.Protocol.AwsJson;

/// <summary>Says which version of a document $DEFAULT means.</summary>
public sealed record UpdateDocumentDefaultVersionRequest
{
    /// <summary>Required.</summary>
    public string? Name { get; init; }
    /// <summary>A number. Required.</summary>
    public string? DocumentVersion { get; init; }
}

/// <summary>The version $DEFAULT means now.</summary>
public sealed record UpdateDocumentDefaultVersionResponse
{
    public DocumentDefaultVersionDescription? Description { get; init; }
}

/// <summary>The default version of a document.</summary>
public sealed record DocumentDefaultVersionDescription
{
    public string? Name { get; init; }
    public string? DefaultVersion { get; init; }
    public string? DefaultVersionName { get; init; }
}
