using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam;

namespace Postern.Server.Nodes;

/// <summary>Nodes as resources of permissions, with their tags as condition keys. A node nobody registered is one without tags.</summary>
internal sealed class NodeResources(TagStore tags, PrincipalStore principals)
{
    /// <summary>The node and the tags it has now.</summary>
    public async ValueTask<Touched> FindAsync(string? nodeId, CallContext context, CancellationToken cancellationToken)
        => await FindAsync(TagStore.ManagedInstance, nodeId ?? "", context.Arns.Node(nodeId ?? ""), cancellationToken);

    /// <summary>What has tags, by the type that the tag operations name it with.</summary>
    public ValueTask<Touched> FindTaggedAsync(string? resourceType, string? resourceId, CallContext context, CancellationToken cancellationToken)
    {
        var id = resourceId ?? "";
        return resourceType switch
        {
            TagStore.ManagedInstance => FindAsync(id, context, cancellationToken),
            "Document" => FindAsync(resourceType, id, [context.Arns.Document(id)], cancellationToken),
            _ => ValueTask.FromResult(new Touched(context.Arns.Ssm((resourceType ?? "").ToLowerInvariant(), id))),
        };
    }

    /// <summary>A new activation; and its role, which the caller must be allowed to pass on to nodes.</summary>
    public async ValueTask<IReadOnlyList<Touched>> ActivationAsync(CreateActivationRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var activation = Touched.Anything with { Keys = [.. KeysOf(request.Tags)] };
        if (string.IsNullOrEmpty(request.IamRole))
            return [activation];
        var role = await principals.FindRoleByNameAsync(request.IamRole, cancellationToken);
        return [activation, new Touched(role?.Arn ?? context.Arns.Role(request.IamRole)) { Action = "iam:PassRole", Keys = [new ConditionKey("iam:PassedToService", "ssm.amazonaws.com")] }];
    }

    /// <summary>The tags of a request: aws:RequestTag/KEY and aws:TagKeys.</summary>
    public static IEnumerable<ConditionKey> KeysOf(IReadOnlyList<Tag>? requested)
    {
        var given = (requested ?? []).Where(tag => tag?.Key is not null).ToList();
        foreach (var tag in given)
            yield return new ConditionKey($"aws:RequestTag/{tag.Key}", tag.Value ?? "");
        if (given.Count > 0)
            yield return new ConditionKey("aws:TagKeys", [.. given.Select(tag => tag.Key!)]);
    }

    private async ValueTask<Touched> FindAsync(string resourceType, string resourceId, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var keys = new List<ConditionKey>();
        foreach (var tag in await tags.ListAsync(resourceType, resourceId, cancellationToken))
        {
            keys.Add(new ConditionKey($"aws:ResourceTag/{tag.Key}", tag.Value ?? ""));
            keys.Add(new ConditionKey($"ssm:resourceTag/{tag.Key}", tag.Value ?? ""));
        }
        return new Touched(names) { Keys = keys };
    }
}
