using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Postern.Bench.Micro;

/// <summary>
/// Two sockets joined by queues of copies in memory of their own, so that what is measured is the streams and neither a WebSocket's framing nor
/// the shared pool. A queue holds more than a stream's send window, so nobody waits for room.
/// </summary>
internal sealed class JoinedSockets
{
    private const int Held = 16 * 1024 * 1024;

    private readonly int _size;
    private readonly Channel<byte[]> _free;

    /// <param name="size">Bytes of the largest message.</param>
    public JoinedSockets(int size)
    {
        _size = size;
        _free = Channel.CreateBounded<byte[]>(Held / size);
        while (_free.Writer.TryWrite(new byte[size]))
            continue;
        Channel<ArraySegment<byte>> there = Make(), back = Make();
        First = new Joined(_free, there.Writer, back);
        Second = new Joined(_free, back.Writer, there);
    }

    public WebSocket First { get; }
    public WebSocket Second { get; }

    private Channel<ArraySegment<byte>> Make() =>
        Channel.CreateBounded<ArraySegment<byte>>(new BoundedChannelOptions(Held / _size) { SingleReader = true, SingleWriter = true });

    private sealed class Joined(Channel<byte[]> free, ChannelWriter<ArraySegment<byte>> writer, Channel<ArraySegment<byte>> incoming) : WebSocket
    {
        private ArraySegment<byte> _present;

        public override WebSocketCloseStatus? CloseStatus => null;
        public override string? CloseStatusDescription => null;
        public override WebSocketState State => WebSocketState.Open;
        public override string? SubProtocol => null;

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        public override async ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            var reader = incoming.Reader;
            if (_present.Count == 0 && !reader.TryRead(out _present))
                _present = await reader.ReadAsync(CancellationToken.None); // ended by Abort; with a token each wait would be an object
            var part = Math.Min(buffer.Length, _present.Count);
            _present.AsSpan(0, part).CopyTo(buffer.Span);
            var whole = part == _present.Count;
            if (whole)
                free.Writer.TryWrite(_present.Array!);
            _present = whole ? default : _present[part..];
            return new ValueWebSocketReceiveResult(part, WebSocketMessageType.Binary, whole);
        }

        public override ValueTask SendAsync(ReadOnlyMemory<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken)
        {
            if (!free.Reader.TryRead(out var copy))
                throw new InvalidOperationException("More is under way than a send window holds.");
            buffer.CopyTo(copy);
            return writer.WriteAsync(new ArraySegment<byte>(copy, 0, buffer.Length), CancellationToken.None);
        }

        public override void Abort() => Dispose();

        public override void Dispose()
        {
            writer.TryComplete(new WebSocketException(WebSocketError.ConnectionClosedPrematurely));
            incoming.Writer.TryComplete(new WebSocketException(WebSocketError.ConnectionClosedPrematurely));
        }

        public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => Task.CompletedTask;
        public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => Task.CompletedTask;
        public override Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken) => throw new NotSupportedException();
        public override Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
