namespace Postern.Protocol.AwsJson;

/// <summary>Removes tags from a resource.</summary>
public sealed record RemoveTagsFromResourceRequest
{
    /// <summary>ManagedInstance, Document and others. Required.</summary>
    public string? ResourceType { get; init; }
    /// <summary>Required.</summary>
    public string? ResourceId { get; init; }
    public IReadOnlyList<string>? TagKeys { get; init; }
}
