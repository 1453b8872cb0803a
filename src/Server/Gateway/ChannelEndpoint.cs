using Microsoft.AspNetCore.Http;
using Postern.Protocol.AwsJson;
using Postern.Protocol.Messages;
using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Nodes;
using Postern.Server.Sessions;

namespace Postern.Server.Gateway;

/// <summary>The WebSocket paths. Both ends of a session come to the same one; nodes sign their request, clients do not.</summary>
internal sealed class ChannelEndpoint(
    ChannelUpgrade upgrade, ChannelTokens tokens, NodeCallers callers, SessionStore store, LiveSessions sessions, Relays relays,
    NodeConnections connections, NodeStore nodes, NodePresence presence, RelayOptions options, TimeProvider time, ILogger<ChannelEndpoint> log)
{
    /// <summary>Anybody can be refused as often as he likes: that must not fill the disk.</summary>
    private readonly SparseLog _refusals = new(time), _answers = new(time);

    public Task CreateControlChannelAsync(HttpContext http, string nodeId) => AnswerAsync(http, () => tokens.CreateControlChannelAsync(http, nodeId));

    public Task CreateDataChannelAsync(HttpContext http, string sessionId) => AnswerAsync(http, () => tokens.CreateDataChannelAsync(http, sessionId));

    public Task OpenControlChannelAsync(HttpContext http, string nodeId) => AnswerAsync(http, async () =>
    {
        await callers.RequireNodeAsync(http, default, NodeCallers.OpenControlChannel, nodeId);
        await upgrade.RunAsync(http, signed: true, options.ControlSilence, MessagesJsonContext.Default.OpenControlChannelInput,
            (socket, open) => RunControlAsync(http, nodeId, socket, open));
    });

    public Task OpenDataChannelAsync(HttpContext http, string sessionId) => AnswerAsync(http, async () =>
    {
        if (!IsSigned(http.Request))
        {
            if (!SessionId.IsValid(sessionId))
                throw SessionAccess.Unknown("with this id");
            await upgrade.RunAsync(http, signed: false, null, MessagesJsonContext.Default.OpenDataChannelInput,
                (socket, open) => RunDataAsync(http, sessionId, SessionSide.Client, socket, open));
            return;
        }
        var row = await callers.RequireNodeOfSessionAsync(http, default, NodeCallers.OpenDataChannel, sessionId);
        if (row.Status.IsEnded())
            throw tokens.Ended(row);
        tokens.RequireHere(row);
        await upgrade.RunAsync(http, signed: true, null, MessagesJsonContext.Default.OpenDataChannelInput,
            (socket, open) => RunDataAsync(http, sessionId, SessionSide.Agent, socket, open));
    });

    private async Task RunControlAsync(HttpContext http, string nodeId, ChannelSocket socket, OpenControlChannelInput? open)
    {
        if (open?.TokenValue is null || !await store.UseControlTokenAsync(nodeId, open.TokenValue, socket.Aborted))
        {
            Refuse(http, $"control channel of {nodeId}", open is null);
            return;
        }
        var channel = new ControlChannel(nodeId, paced: open.Postern is null, socket, sessions, options, time, log);
        // Before the row is marked: whoever deregisters the node now either finds the channel here, or has changed the row already.
        connections.Attach(nodeId, channel);
        try
        {
            if (!await nodes.MarkConnectedAsync(nodeId, presence.GatewayName, socket.Aborted))
            {
                socket.Abort("The managed node was deregistered.");
                return;
            }
            Log.ControlOpened(log, nodeId, ForeignText.Show(open.AgentVersion ?? ""));
            await sessions.NodeAttachedAsync(nodeId, open.Postern?.BootId, socket.Aborted);
            await channel.RunAsync();
        }
        catch (OperationCanceledException) when (socket.Aborted.IsCancellationRequested)
        {
            return; // replaced or stopped; the reason is kept and told below
        }
        finally
        {
            connections.Detach(nodeId, channel);
            Log.ControlClosed(log, nodeId, socket.Reason ?? "Closed by its peer.");
            if (!connections.IsConnected(nodeId))
            {
                // The sessions first: they are told also when the database does not answer.
                await sessions.NodeDetachedAsync(nodeId, CancellationToken.None);
                await nodes.MarkDisconnectedAsync(nodeId, presence.GatewayName, CancellationToken.None);
            }
        }
    }

    private async Task RunDataAsync(HttpContext http, string sessionId, SessionSide side, ChannelSocket socket, OpenDataChannelInput? open)
    {
        if (open?.TokenValue is null || !await store.UseTokenAsync(sessionId, side, open.TokenValue, socket.Aborted))
        {
            Refuse(http, $"data channel of {sessionId}", open is null);
            return;
        }
        if (await relays.FindAsync(sessionId, socket.Aborted) is { } relay && await relay.RunSocketAsync(socket, side))
            return;
        if (side == SessionSide.Client && await store.FindAsync(sessionId, socket.Aborted) is { } row && row.Status.IsEnded())
            await TellEndAsync(socket, row);
    }

    /// <summary>A client that comes after the end is told why, and exits; one that is only cut off would come back at once, for ever.</summary>
    private async Task TellEndAsync(ChannelSocket socket, SessionRow row)
    {
        var closed = MessageFactory.ChannelClosed(row.Id, row.NodeId, row.Output ?? "", time);
        using var timeout = new CancellationTokenSource(options.CloseWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, socket.Aborted);
        using var reader = new FrameReader(socket.Socket, options.MaxDataFrame);
        try
        {
            await socket.SendAsync(closed).AsTask().WaitAsync(either.Token);
            // Closing first could discard what it has not read yet.
            while (await reader.ReadAsync(either.Token) == FrameResult.Frame)
                continue;
        }
        catch (Exception e) when (ChannelSocket.IsSocketEnd(e))
        {
            return; // it is gone, as it should be
        }
    }

    private void Refuse(HttpContext http, string channel, bool unreadable)
    {
        if (_refusals.MaySay(out var silent))
            Log.Refused(log, http.Connection.RemoteIpAddress?.ToString() ?? "unknown", channel, unreadable ? "no readable first message came in time" : "its token opens nothing", silent);
    }

    private static bool IsSigned(HttpRequest request) => request.Headers.ContainsKey("Authorization") || request.Query.ContainsKey("X-Amz-Signature");

    private async Task AnswerAsync(HttpContext http, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return; // nobody is there to be answered
        }
        catch (AwsErrorException error) when (!http.Response.HasStarted)
        {
            if (_answers.MaySay(out var silent))
                Log.Answered(log, http.Request.Method, http.Connection.RemoteIpAddress?.ToString() ?? "unknown", error.Code, silent);
            await ErrorResponse.WriteJsonAsync(http, error);
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            Log.Failed(log, e);
            await ErrorResponse.WriteJsonAsync(http, new AwsErrorException("InternalServerError", "The request failed inside the gateway.", StatusCodes.Status500InternalServerError));
        }
        catch (Exception e)
        {
            Log.Failed(log, e);
        }
    }
}
