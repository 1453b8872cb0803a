using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using Postern.Protocol.Messages;

namespace Postern.Protocol.DataStream;

// Reading. The reader never waits for the receiver, so that acknowledgements of what we send are seen while it is busy: messages in order
// wait in the inbox. Only a full inbox stops the reader, and with it the peer, by TCP. Our own ends never fill it: what waits there is
// not acknowledged, so their send window is closed first.
public sealed partial class DataStream
{
    private const int FirstBuffer = 4096;

    /// <summary>Reads until the socket ends (null) or channel_closed arrives.</summary>
    private async Task<ChannelClosedContent?> ReadAsync(SocketAttachment attachment)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            var filled = 0;
            while (true)
            {
                var part = await attachment.Socket.ReceiveAsync(buffer.AsMemory(filled), attachment.Token).ConfigureAwait(false);
                filled += part.Count;
                if (part.MessageType == WebSocketMessageType.Close || filled > DataStreamOptions.LargestFrame)
                    return null;
                if (!part.EndOfMessage)
                {
                    if (filled == buffer.Length)
                        buffer = Enlarge(buffer);
                    continue;
                }
                if (Handle(buffer.AsSpan(0, filled)) is { } closed)
                    return closed;
                filled = 0;
                while (InboxIsFull())
                    await _inboxRoom.WaitAsync(attachment.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Enlarge(byte[] buffer)
    {
        // The read after a full buffer of this size finds out that the frame is too large.
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length * 2, DataStreamOptions.LargestFrame + 1));
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    /// <summary>Acts on one frame; what is wrong with it is counted, never fatal. Returns the content of channel_closed.</summary>
    private ChannelClosedContent? Handle(ReadOnlySpan<byte> frame)
    {
        if (AgentMessageCodec.TryRead(frame, out var header, out _) && IsIntact(frame))
        {
            var payload = AgentMessageCodec.PayloadOf(frame);
            switch (header.MessageType)
            {
                case var type when type == _receivedType && header.SequenceNumber >= 0:
                    Accept(header, payload);
                    return null;
                case AgentMessageType.Acknowledge when AckFrame.TryReadSequence(payload, out var sequence):
                    OnAcknowledged(sequence, _cumulativeAcks && header.Flags.HasFlag(MessageFlags.Cumulative));
                    return null;
                case AgentMessageType.ChannelClosed:
                    return ReadChannelClosed(payload);
                case AgentMessageType.StartPublication or AgentMessageType.PausePublication:
                    return null;
            }
        }
        Interlocked.Increment(ref _dropped);
        return null;
    }

    /// <summary>The session is over even if the reason cannot be read.</summary>
    private static ChannelClosedContent ReadChannelClosed(ReadOnlySpan<byte> payload)
    {
        try
        {
            return JsonSerializer.Deserialize(payload, MessagesJsonContext.Default.ChannelClosedContent) ?? new ChannelClosedContent();
        }
        catch (JsonException)
        {
            return new ChannelClosedContent();
        }
    }
}
