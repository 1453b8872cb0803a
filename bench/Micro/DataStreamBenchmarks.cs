using System.Net.WebSockets;
using BenchmarkDotNet.Attributes;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;
using Stream = Postern.Protocol.DataStream.DataStream;

namespace Postern.Bench.Micro;

/// <summary>A message through both ends' streams, as our own ends speak after their handshake: sent, received, delivered, acknowledged.</summary>
[MemoryDiagnoser]
public class DataStreamBenchmarks
{
    private readonly CancellationTokenSource _stop = new();
    private readonly byte[] _payload = new byte[DataStreamOptions.LargestPayload];
    private JoinedSockets _sockets = null!;
    private Stream _node = null!, _person = null!;
    private Task _runs = Task.CompletedTask;

    [Params(DataStreamOptions.StockPayload, DataStreamOptions.LargestPayload)]
    public int Payload { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _sockets = new JoinedSockets(Math.Max(AgentMessageCodec.SizeOf(Payload), AckFrame.MaxSize));
        var agreed = new PosternOffer { MaxPayload = DataStreamOptions.LargestPayload, NoDigest = true, CumulativeAcks = true };
        _node = new Stream(new DataStreamOptions { Side = StreamSide.Agent }, new Sink(), TimeProvider.System);
        _person = new Stream(new DataStreamOptions { Side = StreamSide.Client }, new Sink(), TimeProvider.System);
        foreach (var stream in new[] { _node, _person })
        {
            stream.Expect(agreed);
            stream.Use(agreed);
        }
        _runs = Task.WhenAll(_node.RunAsync(_sockets.First, _stop.Token), _person.RunAsync(_sockets.Second, _stop.Token));
    }

    [GlobalCleanup]
    public async Task CleanAsync()
    {
        await _stop.CancelAsync();
        await _runs;
    }

    [Benchmark]
    public ValueTask Send() => _node.SendAsync(PayloadType.Output, _payload.AsMemory(0, Payload), default);

    private sealed class Sink : IDataStreamReceiver
    {
        public ValueTask OnStreamAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) => default;

        public ValueTask OnChannelClosedAsync(ChannelClosedContent closed) => default;
    }
}
