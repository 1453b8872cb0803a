using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Server.Nodes;

/// <summary>AddTagsToResource, RemoveTagsFromResource, ListTagsForResource. Managed nodes have tags, and what other features registered.</summary>
internal sealed class ResourceTags(TagStore tags, IEnumerable<TaggedKind> kinds)
{
    private static readonly string[] ResourceTypes =
        ["Document", "ManagedInstance", "MaintenanceWindow", "Parameter", "PatchBaseline", "OpsItem", "OpsMetadata", "Automation", "Association"];

    public async Task<EmptyResponse> AddAsync(AddTagsToResourceRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var kind = Check(new Validation().Required("tags", request.Tags).Tags(request.Tags), request.ResourceType, request.ResourceId);
        await tags.AddAsync(kind, request.ResourceId!, request.Tags!, cancellationToken);
        return new EmptyResponse();
    }

    public async Task<EmptyResponse> RemoveAsync(RemoveTagsFromResourceRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var keys = request.TagKeys;
        var validation = new Validation().Required("tagKeys", keys).Items("tagKeys", keys, 0, 1000);
        foreach (var key in keys?.Take(1000) ?? []) validation.TagKey("tagKeys.member", key);
        var kind = Check(validation, request.ResourceType, request.ResourceId);
        await tags.RemoveAsync(kind, request.ResourceId!, keys!, cancellationToken);
        return new EmptyResponse();
    }

    public async Task<ListTagsForResourceResponse> ListAsync(ListTagsForResourceRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var kind = Check(new Validation(), request.ResourceType, request.ResourceId);
        return new ListTagsForResourceResponse { TagList = await tags.RequireAsync(kind, request.ResourceId!, cancellationToken) };
    }

    private TaggedKind Check(Validation validation, string? type, string? id)
    {
        validation
            .Required("resourceType", type)
            .Required("resourceId", id)
            .Length("resourceId", id, 1, 400)
            .ThrowIfFaulty();
        if (!ResourceTypes.Contains(type))
            throw new AwsErrorException("InvalidResourceType", $"ResourceType must be one of: {string.Join(", ", ResourceTypes)}.");
        return kinds.FirstOrDefault(kind => kind.ResourceType == type)
            ?? throw new AwsErrorException("InvalidResourceId", $"There is no {type} {id}. Tags are for these types here: {string.Join(", ", kinds.Select(kind => kind.ResourceType))}.");
    }
}
