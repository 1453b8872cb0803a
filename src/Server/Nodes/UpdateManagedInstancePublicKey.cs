using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Server.Nodes;

/// <summary>UpdateManagedInstancePublicKey: signed with the key that it replaces.</summary>
internal sealed class UpdateManagedInstancePublicKey(NodeStore nodes, ILogger<UpdateManagedInstancePublicKey> log)
{
    public async Task<EmptyResponse> HandleAsync(UpdateManagedInstancePublicKeyRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().Required("newPublicKey", request.NewPublicKey).Required("newPublicKeyType", request.NewPublicKeyType).ThrowIfFaulty();
        NodePublicKey.Check("NewPublicKey", request.NewPublicKey, "NewPublicKeyType", request.NewPublicKeyType);
        var id = context.Caller.NodeId!;
        var node = await nodes.FindAsync(id, cancellationToken) ?? throw NodeErrors.Gone(id);
        if (!await nodes.ReplacePublicKeyAsync(id, node.PublicKey, request.NewPublicKey!, cancellationToken))
            throw new AwsErrorException("TooManyUpdates", "The key of this node was changed at the same moment by another call. Try again with the key that is valid now.");
        log.KeyReplaced(id);
        return new EmptyResponse();
    }
}
