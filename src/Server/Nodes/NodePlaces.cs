namespace Postern.Server.Nodes;

/// <summary>Which gateway a node is connected to, of those that share the database.</summary>
internal sealed class NodePlaces(NodeStore nodes, NodeConnections connections)
{
    /// <summary>Null: this one, or none.</summary>
    public async ValueTask<string?> GatewayOfAsync(string? nodeId, CancellationToken cancellationToken)
        => nodeId is null || !NodePatterns.NodeId.IsMatch(nodeId) || connections.IsConnected(nodeId) ? null : (await nodes.FindAsync(nodeId, cancellationToken))?.Gateway;
}
