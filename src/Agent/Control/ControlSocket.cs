using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using Postern.Protocol.Messages;

namespace Postern.Agent.Control;

/// <summary>One open control channel: sends whole frames one after the other, reads whole frames of bounded length.</summary>
internal sealed class ControlSocket(WebSocket socket) : IDisposable
{
    /// <summary>A task holds a document (64 KiB at most) and its parameters, twice escaped; far more than that is no task.</summary>
    public const int FrameLimit = 1024 * 1024;

    private const int FirstBuffer = 4 * 1024;
    private readonly SemaphoreSlim _sending = new(1);

    public Task OpenAsync(OpenControlChannelInput open, CancellationToken cancellationToken)
        => socket.SendAsync(
            JsonSerializer.SerializeToUtf8Bytes(open, MessagesJsonContext.Default.OpenControlChannelInput), WebSocketMessageType.Text, true, cancellationToken);

    public async ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        try
        {
            await socket.SendAsync(frame, WebSocketMessageType.Binary, true, cancellationToken);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Hands every frame to the handler until the gateway closes. Throws <see cref="WebSocketException"/> when the socket breaks.</summary>
    public async Task ReadAsync(Action<ReadOnlyMemory<byte>> handle, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            var filled = 0;
            while (true)
            {
                var part = await socket.ReceiveAsync(buffer.AsMemory(filled), cancellationToken);
                if (part.MessageType == WebSocketMessageType.Close)
                    return;
                filled += part.Count;
                if (part.EndOfMessage)
                {
                    handle(buffer.AsMemory(0, filled));
                    filled = 0;
                }
                else if (filled > FrameLimit)
                {
                    throw new WebSocketException(WebSocketError.Faulted, $"the gateway sent a control message of more than {FrameLimit} bytes");
                }
                else if (filled == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.AsSpan(0, filled).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Dispose() => socket.Dispose(); // not the semaphore: a sender may still hold it, and it owns nothing
}
