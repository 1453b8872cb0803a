using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Server.Nodes;

/// <summary>
/// DeregisterManagedInstance: the node is forgotten. Its keys stop working with the change of its row, since every request of a node
/// looks the row up; then its sessions end, then its control channel.
/// </summary>
internal sealed class DeregisterManagedInstance(NodeStore nodes, NodeConnections connections, NodeRemovals removals, ILogger<DeregisterManagedInstance> log)
{
    public const string Reason = "The managed node was deregistered.";

    public async Task<EmptyResponse> HandleAsync(DeregisterManagedInstanceRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().Required("instanceId", request.InstanceId).Length("instanceId", request.InstanceId, 1, 124).ThrowIfFaulty();
        var id = request.InstanceId!;
        if (!NodePatterns.NodeId.IsMatch(id))
            throw new AwsErrorException("InvalidInstanceId", $"InstanceId must be the id of a managed node: mi- and 17 hexadecimal digits.");
        if (!await nodes.DeregisterAsync(id, cancellationToken)) throw NodeErrors.UnknownNode(id);
        log.Deregistered(id, context.Caller.Arn);
        try
        {
            // What follows is not given up with the caller's connection: the node is gone from the table already.
            await removals.RaiseAsync(id, Reason, CancellationToken.None);
        }
        finally
        {
            if (connections.TryGet(id, out var connection)) connection?.Close(Reason);
        }
        return new EmptyResponse();
    }
}
