namespace Postern.Protocol.AwsJson;

/// <summary>Lists the tags of a resource.</summary>
public sealed record ListTagsForResourceRequest
{
    /// <summary>ManagedInstance, Document and others. Required.</summary>
    public string? ResourceType { get; init; }
    /// <summary>Required.</summary>
    public string? ResourceId { get; init; }
}

/// <summary>The tags.</summary>
public sealed record ListTagsForResourceResponse
{
    public IReadOnlyList<Tag>? TagList { get; init; }
}
