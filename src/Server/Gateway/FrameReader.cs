using System.Buffers;
using System.Net.WebSockets;

namespace Postern.Server.Gateway;

internal enum FrameResult { Frame, Closed, TooLong }

/// <summary>Reads whole WebSocket messages into one pooled buffer that grows up to a limit. The memory is valid until the next read.</summary>
internal sealed class FrameReader(WebSocket socket, int limit) : IDisposable
{
    private const int FirstSize = 2048; // a message of a stock end fits
    private byte[] _buffer = [];
    private int _length;

    public ReadOnlyMemory<byte> Frame => _buffer.AsMemory(0, _length);

    /// <summary>As <see cref="ReadAsync"/>, but holds no memory while there is nothing to read: for channels that are silent for minutes.</summary>
    public async ValueTask<FrameResult> WaitAndReadAsync(CancellationToken cancellationToken)
    {
        Dispose();
        var waited = await socket.ReceiveAsync(Memory<byte>.Empty, cancellationToken);
        return waited.MessageType == WebSocketMessageType.Close ? FrameResult.Closed
            : waited.EndOfMessage ? FrameResult.Frame // an empty message
            : await ReadAsync(cancellationToken);
    }

    public async ValueTask<FrameResult> ReadAsync(CancellationToken cancellationToken)
    {
        _length = 0;
        if (_buffer.Length == 0)
            _buffer = ArrayPool<byte>.Shared.Rent(Math.Min(FirstSize, limit + 1));
        while (true)
        {
            var received = await socket.ReceiveAsync(_buffer.AsMemory(_length), cancellationToken);
            if (received.MessageType == WebSocketMessageType.Close)
                return FrameResult.Closed;
            _length += received.Count;
            if (_length > limit)
                return FrameResult.TooLong;
            if (received.EndOfMessage)
                return FrameResult.Frame;
            if (_length == _buffer.Length)
                Grow();
        }
    }

    public void Dispose()
    {
        (var buffer, _buffer, _length) = (_buffer, [], 0);
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    // Never beyond the limit and the one byte more that shows it was passed.
    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(_buffer.Length * 2, limit + 1));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
