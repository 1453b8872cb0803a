using System.Net.WebSockets;
using System.Runtime.InteropServices;
using Postern.Agent.Host;
using Postern.Protocol.Messages;

namespace Postern.Agent.Control;

/// <summary>Keeps the control channel open: connects, reads, and connects again for as long as the agent runs.</summary>
internal sealed class ControlChannel(GatewayLink link, ControlMessages messages, TaskReplies replies, Reachability reachability, AgentLog log, TimeProvider time)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1), LastRetry = TimeSpan.FromSeconds(30);
    /// <summary>A channel that lived shorter did not really work: go on backing off.</summary>
    private static readonly TimeSpan ProvenAfter = TimeSpan.FromSeconds(5);

    private readonly string _bootId = Guid.NewGuid().ToString();
    private volatile ControlSocket? _socket;

    /// <summary>There is a channel now; one the gateway refuses is closed a moment later.</summary>
    public bool IsOpen => _socket is not null;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        replies.SendWith(TrySendAsync);
        var backoff = new Backoff(FirstRetry, LastRetry);
        while (true)
        {
            var started = time.GetTimestamp();
            try
            {
                await RunOnceAsync(cancellationToken);
                log.Info("control channel lost; connecting again");
            }
            catch (Exception error) when (GatewayFailure.IsExpected(error) && !cancellationToken.IsCancellationRequested)
            {
                reachability.Failed(error);
            }
            if (time.GetElapsedTime(started) > ProvenAfter)
                backoff.Reset();
            await Task.Delay(backoff.Next(), time, cancellationToken);
        }
    }

    private async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var (token, webSocket) = await link.OpenControlAsync(cancellationToken);
        using var socket = new ControlSocket(webSocket);
        await socket.OpenAsync(
            new OpenControlChannelInput
            {
                RequestId = Guid.NewGuid().ToString(),
                TokenValue = token,
                AgentVersion = ProtocolVersions.Agent,
                PlatformType = RuntimeInformation.IsOSPlatform(OSPlatform.Linux) ? "linux" : "unknown",
                Postern = new PosternNode(AgentVersion.Text, _bootId),
            },
            cancellationToken);
        reachability.Reached();
        log.Info("control channel open");
        _socket = socket;
        try
        {
            await replies.ResendAsync(cancellationToken);
            await socket.ReadAsync(messages.Handle, cancellationToken);
        }
        catch (Exception error) when (IsSocketEnd(error) && !cancellationToken.IsCancellationRequested)
        {
            // A channel that was open and broke is not yet a gateway that cannot be reached: the next try tells.
            log.Info($"control channel broke: {error.Message}");
        }
        finally
        {
            _socket = null;
        }
    }

    private async ValueTask<bool> TrySendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        if (_socket is not { } socket)
            return false;
        try
        {
            await socket.SendAsync(frame, cancellationToken);
            return true;
        }
        catch (Exception error) when (IsSocketEnd(error) && !cancellationToken.IsCancellationRequested)
        {
            log.Info($"control channel broke while sending: {error.Message}");
            return false;
        }
    }

    // A WebSocket whose connection breaks under a write reports a cancellation, although nobody cancelled.
    private static bool IsSocketEnd(Exception error)
        => error is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException;
}
