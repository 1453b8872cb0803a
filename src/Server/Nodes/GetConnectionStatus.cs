using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Server.Nodes;

/// <summary>GetConnectionStatus: connected when some gateway holds the node's control channel; unknown nodes are not connected.</summary>
internal sealed class GetConnectionStatus(NodeStore nodes, NodePresence presence)
{
    public async Task<GetConnectionStatusResponse> HandleAsync(GetConnectionStatusRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().Required("target", request.Target).Length("target", request.Target, 1, 400).ThrowIfFaulty();
        var node = await nodes.FindAsync(request.Target!, cancellationToken);
        return new GetConnectionStatusResponse
        {
            Target = request.Target,
            Status = node is not null && presence.IsConnected(node) ? "connected" : "notconnected",
        };
    }
}
