using System.Buffers.Binary;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;
using Postern.Tests.DataStream;

namespace Postern.Tests.Gateway;

/// <summary>A message as a fake end got it. Sequence is that of the message; for acknowledge the number acknowledged.</summary>
internal sealed record ReceivedFrame(AgentMessageType Type, long Sequence, PayloadType Payload, Guid Id, byte[] Bytes)
{
    public string Text => Encoding.UTF8.GetString(Bytes);

    public ChannelClosedContent Closed => JsonSerializer.Deserialize(Bytes, MessagesJsonContext.Default.ChannelClosedContent)!;

    /// <summary>"out 3", "in 3", "ack 3", "closed": for comparing what came in one line.</summary>
    public string Short => Type switch
    {
        AgentMessageType.OutputStreamData => $"out {Sequence}",
        AgentMessageType.InputStreamData => $"in {Sequence}",
        AgentMessageType.Acknowledge => $"ack {Sequence}",
        AgentMessageType.ChannelClosed => "closed",
        var other => other.ToString(),
    };
}

/// <summary>One end of a channel, frame by frame, as a stock end or as no end ever would.</summary>
internal sealed class FakeEnd(WebSocket socket, AgentMessageType streamType) : IDisposable
{
    private readonly Dictionary<long, byte[]> _sent = [];
    private readonly byte[] _buffer = new byte[256 * 1024];

    public WebSocket Socket => socket;

    public static FakeEnd Agent(WebSocket socket) => new(socket, AgentMessageType.OutputStreamData);

    public static FakeEnd Client(WebSocket socket) => new(socket, AgentMessageType.InputStreamData);

    public Task SendAsync(long sequence, string text, PayloadType type = PayloadType.Output) => SendAsync(sequence, Encoding.UTF8.GetBytes(text), type);

    public Task SendAsync(long sequence, byte[] payload, PayloadType type = PayloadType.Output)
    {
        _sent[sequence] = Frame(streamType, sequence, type, payload);
        return SendRawAsync(_sent[sequence]);
    }

    public Task SendFlagAsync(long sequence, PayloadFlag flag)
    {
        var payload = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(payload, (uint)flag);
        return SendAsync(sequence, payload, PayloadType.Flag);
    }

    /// <summary>The same bytes once more.</summary>
    public Task ResendAsync(long sequence) => SendRawAsync(_sent[sequence]);

    /// <summary>The last message with that number.</summary>
    public byte[] Sent(long sequence) => _sent[sequence];

    public Guid IdOf(long sequence) => AgentMessageCodec.TryRead(_sent[sequence], out var header, out _) ? header.MessageId : default;

    public Task AcknowledgeAsync(long sequence)
    {
        var content = new AcknowledgeContent("stream", Guid.NewGuid().ToString(), sequence);
        return SendRawAsync(MessageFactory.Json(AgentMessageType.Acknowledge, content, MessagesJsonContext.Default.AcknowledgeContent, TimeProvider.System));
    }

    public Task SendOtherAsync(AgentMessageType type, string payload = "{}") => SendRawAsync(MessageFactory.Raw(type, Encoding.UTF8.GetBytes(payload), TimeProvider.System));

    public Task SendRawAsync(byte[] frame) => socket.SendAsync(frame, WebSocketMessageType.Binary, true, default).WaitAsync(Deadline.Time);

    /// <summary>The next message; null when the socket was closed.</summary>
    public async Task<ReceivedFrame?> TryReceiveAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline.Time);
        var length = 0;
        try
        {
            while (true)
            {
                var part = await socket.ReceiveAsync(_buffer.AsMemory(length), deadline.Token);
                if (part.MessageType == WebSocketMessageType.Close)
                    return null;
                length += part.Count;
                if (part.EndOfMessage)
                    break;
            }
        }
        catch (WebSocketException)
        {
            return null;
        }
        var frame = _buffer.AsSpan(0, length);
        Assert.True(AgentMessageCodec.TryRead(frame, out var header, out var error), $"Not an agent message: {error}");
        Assert.True(AgentMessageCodec.HasValidDigest(frame));
        var payload = AgentMessageCodec.PayloadOf(frame).ToArray();
        var sequence = header.MessageType == AgentMessageType.Acknowledge && AckFrame.TryReadSequence(payload, out var acknowledged) ? acknowledged : header.SequenceNumber;
        return new ReceivedFrame(header.MessageType, sequence, header.PayloadType, header.MessageId, payload);
    }

    public async Task<ReceivedFrame> ReceiveAsync() => await TryReceiveAsync() ?? throw new InvalidOperationException("The socket was closed.");

    public async Task<string> NextAsync() => (await ReceiveAsync()).Short;

    /// <summary>Everything there is until the socket is closed by the other side.</summary>
    public async Task<List<string>> DrainAsync()
    {
        var all = new List<string>();
        while (await TryReceiveAsync() is { } frame)
            all.Add(frame.Short);
        return all;
    }

    public void Dispose() => socket.Dispose();

    public static byte[] Frame(AgentMessageType messageType, long sequence, PayloadType type, byte[] payload)
    {
        var frame = new byte[AgentMessageCodec.SizeOf(payload.Length)];
        var header = new AgentMessageHeader { MessageType = messageType, CreatedDate = 1, SequenceNumber = sequence, PayloadType = type, MessageId = Guid.NewGuid() };
        AgentMessageCodec.Write(frame, header, payload);
        return frame;
    }
}
