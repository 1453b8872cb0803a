using BenchmarkDotNet.Attributes;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;

namespace Postern.Bench.Micro;

/// <summary>What is done for every message: written, read, its digest checked, its acknowledgement read.</summary>
[MemoryDiagnoser]
public class CodecBenchmarks
{
    private static readonly Guid Id = new("dd01e56b-ff48-483e-a508-b5f073f31b16");
    private static readonly byte[] Acknowledgement =
        """{"AcknowledgedMessageType":"output_stream_data","AcknowledgedMessageId":"dd01e56b-ff48-483e-a508-b5f073f31b16","AcknowledgedMessageSequenceNumber":123456,"IsSequentialMessage":true}"""u8.ToArray();

    private AgentMessageHeader _header;
    private byte[] _payload = [];
    private byte[] _frame = [];

    /// <summary>What AWS's ends send, and the most that ours do.</summary>
    [Params(DataStreamOptions.StockPayload, DataStreamOptions.LargestPayload)]
    public int Payload { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _header = new() { MessageType = AgentMessageType.OutputStreamData, CreatedDate = 1, SequenceNumber = 123456, MessageId = Id, PayloadType = PayloadType.Output };
        _payload = new byte[Payload];
        new Random(1).NextBytes(_payload);
        _frame = new byte[AgentMessageCodec.SizeOf(Payload)];
        AgentMessageCodec.Write(_frame, _header, _payload);
    }

    [Benchmark]
    public int Write() => AgentMessageCodec.Write(_frame, _header, _payload);

    [Benchmark]
    public long Read() => AgentMessageCodec.TryRead(_frame, out var header, out _) ? header.SequenceNumber : -1;

    [Benchmark]
    public bool CheckDigest() => AgentMessageCodec.HasValidDigest(_frame);

    [Benchmark]
    public long ReadAcknowledgement() => AckFrame.TryReadSequence(Acknowledgement, out var sequence) ? sequence : -1;
}
