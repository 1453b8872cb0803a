namespace Postern.Protocol.AwsJson;

/// <summary>Adds tags to a resource, or changes their values.</summary>
public sealed record AddTagsToResourceRequest
{
    /// <summary>ManagedInstance, Document and others. Required.</summary>
    public string? ResourceType { get; init; }
    /// <summary>Required.</summary>
    public string? ResourceId { get; init; }
    public IReadOnlyList<Tag>? Tags { get; init; }
}
