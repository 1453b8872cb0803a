using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Server.Nodes;

/// <summary>AddTagsToResource, RemoveTagsFromResource, ListTagsForResource. Managed nodes have tags; the documents, all owned by Amazon, have none.</summary>
internal sealed class ResourceTags(NodeStore nodes, TagStore tags)
{
    private static readonly string[] ResourceTypes =
        ["Document", "ManagedInstance", "MaintenanceWindow", "Parameter", "PatchBaseline", "OpsItem", "OpsMetadata", "Automation", "Association"];

    public async Task<EmptyResponse> AddAsync(AddTagsToResourceRequest request, CallContext context, CancellationToken cancellationToken)
    {
        Check(new Validation().Required("tags", request.Tags).Tags(request.Tags), request.ResourceType, request.ResourceId);
        await tags.AddToNodeAsync(request.ResourceId!, request.Tags!, cancellationToken);
        return new EmptyResponse();
    }

    public async Task<EmptyResponse> RemoveAsync(RemoveTagsFromResourceRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var keys = request.TagKeys;
        var validation = new Validation().Required("tagKeys", keys).Items("tagKeys", keys, 0, 1000);
        foreach (var key in keys?.Take(1000) ?? []) validation.TagKey("tagKeys.member", key);
        Check(validation, request.ResourceType, request.ResourceId);
        await RequireNodeAsync(request.ResourceId!, cancellationToken);
        await tags.RemoveAsync(TagStore.ManagedInstance, request.ResourceId!, keys!, cancellationToken);
        return new EmptyResponse();
    }

    public async Task<ListTagsForResourceResponse> ListAsync(ListTagsForResourceRequest request, CallContext context, CancellationToken cancellationToken)
    {
        Check(new Validation(), request.ResourceType, request.ResourceId);
        await RequireNodeAsync(request.ResourceId!, cancellationToken);
        return new ListTagsForResourceResponse { TagList = await tags.ListAsync(TagStore.ManagedInstance, request.ResourceId!, cancellationToken) };
    }

    private static void Check(Validation validation, string? type, string? id)
    {
        validation
            .Required("resourceType", type)
            .Required("resourceId", id)
            .Length("resourceId", id, 1, 400)
            .ThrowIfFaulty();
        if (!ResourceTypes.Contains(type))
            throw new AwsErrorException("InvalidResourceType", $"ResourceType must be one of: {string.Join(", ", ResourceTypes)}.");
        if (type == "Document")
            throw new AwsErrorException("InvalidResourceId", $"The document {id} has no tags and takes none: the documents here are owned by Amazon and read-only.");
        if (type != TagStore.ManagedInstance)
            throw new AwsErrorException("InvalidResourceId", $"There is no {type} {id}. Only managed nodes have tags here (ResourceType ManagedInstance).");
    }

    private async Task RequireNodeAsync(string id, CancellationToken cancellationToken)
    {
        if (await nodes.FindAsync(id, cancellationToken) is null) throw NodeErrors.UnknownResource(id);
    }
}
