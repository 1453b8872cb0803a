using Postern.Server.Iam;

namespace Postern.Server.Nodes;

internal static class NodesFeature
{
    public static IServiceCollection AddNodes(this IServiceCollection services) => services
        .AddSingleton<NodeConnections>()
        .AddSingleton<NodePresence>()
        .AddSingleton<NodeRemovals>()
        .AddSingleton<NodeStore>()
        .AddSingleton<ActivationStore>()
        .AddSingleton<TagStore>()
        .AddSingleton<FindNode>(provider =>
        {
            var nodes = provider.GetRequiredService<NodeStore>();
            return async (id, cancellationToken) => await nodes.FindAsync(id, cancellationToken) is { } node
                ? new NodeIdentity(node.Id, node.IamRole, Convert.FromBase64String(node.PublicKey))
                : null;
        });
}
