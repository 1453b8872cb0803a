using System.Net.WebSockets;
using BenchmarkDotNet.Attributes;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;
using Postern.Server.Gateway;

namespace Postern.Bench.Micro;

/// <summary>What the gateway does for a message between reading it and the kernel: header, memory of acknowledgements, lane, WebSocket.</summary>
[MemoryDiagnoser]
public class RelayBenchmarks
{
    private readonly AckMemory _acknowledged = new(fromStart: true);
    private OutboundLane _lane = null!;
    private WebSocket _socket = null!;
    private byte[] _frame = [];
    private long _number;

    [Params(DataStreamOptions.StockPayload, DataStreamOptions.LargestPayload)]
    public int Payload { get; set; }

    [GlobalSetup]
    public async Task PrepareAsync()
    {
        var header = new AgentMessageHeader { MessageType = AgentMessageType.OutputStreamData, CreatedDate = 1, PayloadType = PayloadType.Output, MessageId = Guid.NewGuid() };
        _frame = new byte[AgentMessageCodec.SizeOf(Payload)];
        AgentMessageCodec.Write(_frame, header, new byte[Payload]);
        var options = new RelayOptions();
        _socket = WebSocket.CreateFromStream(new NullStream(), new WebSocketCreationOptions { IsServer = true });
        _lane = new OutboundLane(options, null, null, TimeProvider.System);
        await _lane.AttachAsync(new ChannelSocket(_socket, _socket.Abort, default, options.ClosedUnread, TimeProvider.System), default);
    }

    [GlobalCleanup]
    public void Clean() => _socket.Dispose();

    [Benchmark]
    public ValueTask Relay()
    {
        if (!AgentMessageCodec.TryRead(_frame, out var header, out _) || AgentMessageCodec.OmitsDigest(_frame) || _acknowledged.Contains(_number))
            throw new InvalidOperationException("The message should have passed.");
        _acknowledged.Add(_number);
        return _lane.SendAsync(FrameKind.Stream, _number++, _frame, default);
    }
}
