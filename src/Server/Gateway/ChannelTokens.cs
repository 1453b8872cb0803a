using System.Security;
using Microsoft.AspNetCore.Http;
using Postern.Protocol.AwsJson;
using Postern.Protocol.Messages;
using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Nodes;
using Postern.Server.Sessions;

namespace Postern.Server.Gateway;

/// <summary>
/// CreateControlChannel and CreateDataChannel: the REST calls by which a node gets the token of a channel. The answer must be 201 with
/// XML; anything else is a failure to AWS's agent.
/// </summary>
internal sealed class ChannelTokens(
    NodeCallers callers, SessionStore store, LiveSessions sessions, NodeConnections nodes, SessionLimits options, TimeProvider time)
{
    /// <summary>AWS's agent stops asking when it finds these words in an error.</summary>
    private const string Terminated = "Session is already terminated";

    public async Task CreateControlChannelAsync(HttpContext http, string nodeId)
    {
        await callers.RequireNodeAsync(http, await BoundedBody.ReadAsync(http.Request, http.RequestAborted), NodeCallers.CreateControlChannel, nodeId);
        var token = SessionToken.Create();
        await store.SetControlTokenAsync(nodeId, SessionToken.HashOf(token), time.GetUtcNow() + options.TokenLifetime, http.RequestAborted);
        await AnswerAsync(http, "CreateControlChannelResponse", token);
    }

    public async Task CreateDataChannelAsync(HttpContext http, string sessionId)
    {
        var body = await BoundedBody.ReadAsync(http.Request, http.RequestAborted);
        var row = await callers.RequireNodeOfSessionAsync(http, body, NodeCallers.CreateDataChannel, sessionId);
        RequireHere(row);
        if (row.Status.IsEnded() || await sessions.FindAsync(sessionId, http.RequestAborted) is not { } session)
            throw Ended(row);
        await session.PostAsync(new SessionEvent.AgentRequested(), http.RequestAborted);
        var token = SessionToken.Create();
        await store.SetTokenAsync(sessionId, SessionSide.Agent, SessionToken.HashOf(token), time.GetUtcNow() + options.TokenLifetime, http.RequestAborted);
        await AnswerAsync(http, "CreateDataChannelResponse", token);
    }

    /// <summary>A node that comes to the wrong gateway with its session goes on trying, which it would not after an error of its own.</summary>
    /// <exception cref="AwsErrorException">ServiceUnavailable: another gateway looks after the session.</exception>
    public void RequireHere(SessionRow row)
    {
        if (!row.Status.IsEnded() && sessions.IsElsewhere(row))
            throw new AwsErrorException("ServiceUnavailable", $"Session {row.Id} is looked after by the gateway {row.Gateway}.", StatusCodes.Status503ServiceUnavailable);
    }

    /// <summary>Also tells the node on its control channel: AWS's worker gives up after this error, but stays until it is told there.</summary>
    public AwsErrorException Ended(SessionRow row)
    {
        nodes.TryPost(row.NodeId, SessionTasks.Close(row.Id, row.NodeId, time));
        return new AwsErrorException("BadRequestException", $"{Terminated}: {row.Id}.");
    }

    private static Task AnswerAsync(HttpContext http, string root, string token)
    {
        http.Response.StatusCode = StatusCodes.Status201Created;
        http.Response.ContentType = ErrorResponse.XmlType;
        return http.Response.WriteAsync(
            $"<{root}><MessageSchemaVersion>{ProtocolVersions.MessageSchema}</MessageSchemaVersion><TokenValue>{SecurityElement.Escape(token)}</TokenValue></{root}>", http.RequestAborted);
    }
}
