using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;
using Stream = Postern.Protocol.DataStream.DataStream;

namespace Postern.Tests.DataStream;

/// <summary>A node's data stream on one end of a socket, a raw peer on the other.</summary>
internal sealed class StreamUnderTest : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private SocketPair _pair;

    public StreamUnderTest(DataStreamOptions? options = null, TimeProvider? time = null, string? subProtocol = null)
    {
        _pair = new SocketPair(subProtocol: subProtocol);
        Stream = new Stream((options ?? new DataStreamOptions()) with { Side = StreamSide.Agent }, Receiver, time ?? TimeProvider.System);
        Peer = new RawPeer(_pair.Client, AgentMessageType.InputStreamData);
        Run = Stream.RunAsync(_pair.Server, _stop.Token);
    }

    public RecordingReceiver Receiver { get; } = new();
    public Stream Stream { get; }
    public RawPeer Peer { get; private set; }
    public Task<SocketEnd> Run { get; private set; }

    /// <summary>Cuts the socket and attaches another.</summary>
    public async Task ReattachAsync()
    {
        _pair.Cut();
        Assert.Equal(SocketEnd.Lost, await Run.WaitAsync(Deadline.Time));
        _pair = new SocketPair();
        Peer = new RawPeer(_pair.Client, AgentMessageType.InputStreamData);
        Run = Stream.RunAsync(_pair.Server, _stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        // A test that looks at the end has awaited it itself.
        await Run.WaitAsync(Deadline.Time).ContinueWith(static _ => { }, TaskScheduler.Default);
        await Stream.DisposeAsync();
        _pair.Dispose();
        _stop.Dispose();
    }
}
