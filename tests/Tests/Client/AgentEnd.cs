using System.Net.WebSockets;
using System.Threading.Channels;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;
using Postern.Tests.DataStream;

namespace Postern.Tests.Client;

/// <summary>The agent's side of a data stream on a node's real data channel.</summary>
internal sealed class AgentEnd : IDataStreamReceiver, IAsyncDisposable
{
    private readonly Channel<byte[]> _received = Channel.CreateUnbounded<byte[]>();
    private readonly CancellationTokenSource _stop = new();
    private readonly WebSocket _socket;
    private readonly Task _running;

    private AgentEnd(WebSocket socket)
    {
        _socket = socket;
        Stream = new(new DataStreamOptions { Side = StreamSide.Agent }, this, TimeProvider.System);
        _running = Stream.RunAsync(socket, _stop.Token);
    }

    public Protocol.DataStream.DataStream Stream { get; }

    public static async Task<AgentEnd> AttachAsync(Gateway.FakeNode node, string sessionId) => new(await node.OpenDataAsync(sessionId));

    public async Task<byte[]> ReceiveAsync() => await _received.Reader.ReadAsync().AsTask().WaitAsync(Deadline.Time);

    public ValueTask OnStreamAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        _received.Writer.TryWrite(payload.ToArray());
        return ValueTask.CompletedTask;
    }

    public ValueTask OnChannelClosedAsync(ChannelClosedContent closed) => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await Stream.DisposeAsync();
        _socket.Dispose();
        _stop.Dispose();
    }
}
