using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Postern.Protocol.Messages;

namespace Postern.Tests.DataStream;

/// <summary>The other end of a data stream, frame by frame, so that a test can misbehave.</summary>
internal sealed class RawPeer(WebSocket socket, AgentMessageType sends)
{
    private readonly byte[] _buffer = new byte[256 * 1024];

    public static byte[] Frame(AgentMessageType type, long sequence, ReadOnlySpan<byte> payload, PayloadType payloadType = PayloadType.Output, Guid? id = null, MessageFlags flags = MessageFlags.None)
    {
        var frame = new byte[AgentMessageCodec.SizeOf(payload.Length)];
        var header = new AgentMessageHeader
        {
            MessageType = type,
            CreatedDate = 1,
            SequenceNumber = sequence,
            MessageId = id ?? Guid.NewGuid(),
            PayloadType = payloadType,
            Flags = flags,
        };
        AgentMessageCodec.Write(frame, header, payload);
        return frame;
    }

    public Task SendRawAsync(byte[] bytes) => socket.SendAsync(bytes, WebSocketMessageType.Binary, true, default).WaitAsync(Deadline.Time);

    public Task SendAsync(long sequence, string payload, PayloadType type = PayloadType.Output) =>
        SendRawAsync(Frame(sends, sequence, Encoding.UTF8.GetBytes(payload), type));

    public Task AcknowledgeAsync(long sequence, MessageFlags flags = MessageFlags.SynFin) =>
        SendRawAsync(Frame(AgentMessageType.Acknowledge, 0, Encoding.ASCII.GetBytes($$"""{"AcknowledgedMessageSequenceNumber":{{sequence}}}"""), PayloadType.None, flags: flags));

    public async Task<byte[]> ReceiveFrameAsync()
    {
        var result = await socket.ReceiveAsync(_buffer.AsMemory(), default).AsTask().WaitAsync(Deadline.Time);
        Assert.True(result.EndOfMessage);
        return _buffer.AsSpan(0, result.Count).ToArray();
    }

    public async Task<(AgentMessageHeader Header, byte[] Payload)> ReceiveAsync()
    {
        var frame = await ReceiveFrameAsync();
        Assert.True(AgentMessageCodec.TryRead(frame, out var header, out var error), error.ToString());
        Assert.True(AgentMessageCodec.HasValidDigest(frame));
        return (header, frame[AgentMessageHeader.Size..]);
    }

    /// <summary>Receives a stream message and returns its sequence number.</summary>
    public async Task<long> ReceiveStreamAsync()
    {
        var (header, _) = await ReceiveAsync();
        Assert.True(header.IsStreamData, header.MessageType.ToString());
        return header.SequenceNumber;
    }

    /// <summary>Receives an acknowledgement and returns the number acknowledged.</summary>
    public async Task<long> ReceiveAckAsync()
    {
        var (header, payload) = await ReceiveAsync();
        Assert.Equal(AgentMessageType.Acknowledge, header.MessageType);
        Assert.Equal(MessageFlags.SynFin, header.Flags);
        var content = JsonSerializer.Deserialize(payload, MessagesJsonContext.Default.AcknowledgeContent)!;
        return content.AcknowledgedMessageSequenceNumber;
    }
}
