using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Server.Nodes;

/// <summary>ListInstanceAssociations: agents ask every ten minutes; there are no associations here.</summary>
internal static class ListInstanceAssociations
{
    public static Task<ListInstanceAssociationsResponse> HandleAsync(ListInstanceAssociationsRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().Required("instanceId", request.InstanceId).Range("maxResults", request.MaxResults, 1, 50).ThrowIfFaulty();
        if (request.InstanceId != context.Caller.NodeId) throw NodeErrors.NotYourself("InstanceId", nameof(ListInstanceAssociations));
        return Task.FromResult(new ListInstanceAssociationsResponse { Associations = [] });
    }
}
