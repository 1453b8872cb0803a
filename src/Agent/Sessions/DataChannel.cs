using System.Net.WebSockets;
using System.Text.Json;
using Postern.Agent.Control;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;

namespace Postern.Agent.Sessions;

/// <summary>Opens a socket of a session's data channel; the caller sends the first frame, with the token. Fails as <see cref="GatewayLink.OpenDataAsync"/>.</summary>
internal delegate Task<(string Token, WebSocket Socket)> OpenDataSocket(string sessionId, CancellationToken cancellationToken);

/// <summary>Keeps a session's stream on a socket: opens it, and opens another when it is lost, while the session lives.</summary>
internal sealed class DataChannel(OpenDataSocket openSocket, string nodeId, string sessionId, DataStream stream, TimeProvider time)
{
    /// <summary>How long the first socket may take, and how long a session waits for its next one.</summary>
    private static readonly TimeSpan FirstLimit = TimeSpan.FromSeconds(30), LostLimit = TimeSpan.FromMinutes(30);
    /// <summary>
    /// How long a try may take: the first ones little, because a gateway waits 10 s for a data channel that was closed, and one try that
    /// leads nowhere must not be the only one; later ones more, for slow networks.
    /// </summary>
    private static readonly TimeSpan FirstTry = TimeSpan.FromSeconds(4), LastTry = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(200), LastRetry = TimeSpan.FromSeconds(2);
    /// <summary>A socket that lived shorter counts as a failed try, so that a gateway that hangs up at once is not stormed.</summary>
    private static readonly TimeSpan ProvenAfter = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Ends when the gateway or the caller ended the session. Throws <see cref="SessionFailedException"/> when no socket can be had.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var backoff = new Backoff(FirstRetry, LastRetry);
        var without = time.GetTimestamp();
        var limit = FirstLimit;
        var patience = FirstTry;
        while (true)
        {
            try
            {
                using var socket = await OpenAsync(patience, cancellationToken);
                var opened = time.GetTimestamp();
                if (await stream.RunAsync(socket, cancellationToken) != SocketEnd.Lost)
                    return;
                if (time.GetElapsedTime(opened) > ProvenAfter)
                    backoff.Reset();
                (without, limit, patience) = (time.GetTimestamp(), LostLimit, FirstTry);
            }
            catch (SessionOverException)
            {
                return;
            }
            catch (Exception error) when (GatewayFailure.IsExpected(error) && !cancellationToken.IsCancellationRequested)
            {
                patience = patience * 2 < LastTry ? patience * 2 : LastTry;
                if (time.GetElapsedTime(without) > limit)
                    throw new SessionFailedException($"Setting up data channel with id {sessionId} failed: {error.Message}");
            }
            await Task.Delay(backoff.Next(), time, cancellationToken);
        }
    }

    private async Task<WebSocket> OpenAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        using var tooLong = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(tooLong.Token, cancellationToken);
        cancellationToken = either.Token;
        var (token, socket) = await openSocket(sessionId, cancellationToken);
        try
        {
            var open = new OpenDataChannelInput { RequestId = Guid.NewGuid().ToString(), TokenValue = token, ClientInstanceId = nodeId };
            await socket.SendAsync(
                JsonSerializer.SerializeToUtf8Bytes(open, MessagesJsonContext.Default.OpenDataChannelInput), WebSocketMessageType.Text, true, cancellationToken);
            await socket.SendAsync(StateFrame("Connected"), WebSocketMessageType.Binary, true, cancellationToken);
            return socket;
        }
        catch (Exception)
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Tells the gateway that what was sent is all there is.</summary>
    public ValueTask SendTerminatingAsync(CancellationToken cancellationToken) => stream.SendControlAsync(StateFrame("Terminating"), cancellationToken);

    private byte[] StateFrame(string state) => MessageFactory.Json(
        AgentMessageType.AgentSessionState, new AgentSessionStateContent(1, state, sessionId), MessagesJsonContext.Default.AgentSessionStateContent,
        time, flags: MessageFlags.SynFin);
}
