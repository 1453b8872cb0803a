using Microsoft.AspNetCore.Http;
using Postern.Protocol.AwsJson;
using Postern.Server.Iam;
using Postern.Server.Sessions;

namespace Postern.Server.Gateway;

/// <summary>Lets a node through to its own channels only. Nothing in AWS's agent keeps it from asking for others.</summary>
internal sealed class NodeCallers(RequestAuthenticator authenticator, SessionStore store)
{
    private const string Service = "ssmmessages";

    /// <exception cref="AwsErrorException">The signature is wrong, or the caller is not this node.</exception>
    public async Task RequireNodeAsync(HttpContext http, ReadOnlyMemory<byte> body, string nodeId)
    {
        var caller = await authenticator.AuthenticateAsync(http, body, Service, http.RequestAborted);
        if (caller.Kind != Access.Node || caller.NodeId != nodeId)
            throw Denied($"{caller.Arn} may not open the control channel of {nodeId}: only the node itself may.");
    }

    /// <exception cref="AwsErrorException">The signature is wrong, or the caller is not the node of this session. A session that does not exist looks the same.</exception>
    public async Task<SessionRow> RequireNodeOfSessionAsync(HttpContext http, ReadOnlyMemory<byte> body, string sessionId)
    {
        var caller = await authenticator.AuthenticateAsync(http, body, Service, http.RequestAborted);
        var row = caller.Kind == Access.Node && SessionId.IsValid(sessionId) ? await store.FindAsync(sessionId, http.RequestAborted) : null;
        return row is not null && row.NodeId == caller.NodeId ? row
            : throw Denied($"{caller.Arn} may not open a data channel of this session: only the session's node may.");
    }

    private static AwsErrorException Denied(string message) => new("AccessDeniedException", message, StatusCodes.Status403Forbidden);
}
