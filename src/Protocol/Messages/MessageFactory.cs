using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Postern.Protocol.Messages;

/// <summary>Builds whole frames for messages that are not part of a stream. These are rare, so each gets an array of its own.</summary>
public static class MessageFactory
{
    public static byte[] Json<T>(AgentMessageType type, T content, JsonTypeInfo<T> json, TimeProvider time, Guid? id = null, MessageFlags flags = MessageFlags.None)
        => Raw(type, JsonSerializer.SerializeToUtf8Bytes(content, json), time, id, flags);

    public static byte[] Raw(AgentMessageType type, ReadOnlySpan<byte> payload, TimeProvider time, Guid? id = null, MessageFlags flags = MessageFlags.None)
    {
        var frame = new byte[AgentMessageCodec.SizeOf(payload.Length)];
        var header = new AgentMessageHeader
        {
            MessageType = type,
            CreatedDate = (ulong)time.GetUtcNow().ToUnixTimeMilliseconds(),
            MessageId = id ?? Guid.NewGuid(),
            Flags = flags,
        };
        AgentMessageCodec.Write(frame, header, payload);
        return frame;
    }

    /// <summary><c>channel_closed</c> for one session. <paramref name="output"/> is shown to the person.</summary>
    public static byte[] ChannelClosed(string sessionId, string destinationId, string output, TimeProvider time)
    {
        var id = Guid.NewGuid();
        var content = new ChannelClosedContent
        {
            MessageId = id.ToString(),
            DestinationId = destinationId,
            SessionId = sessionId,
            CreatedDate = time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", System.Globalization.CultureInfo.InvariantCulture),
            Output = output,
        };
        return Json(AgentMessageType.ChannelClosed, content, MessagesJsonContext.Default.ChannelClosedContent, time, id);
    }

    public static byte[] Acknowledge(in AgentMessageHeader of, TimeProvider time)
    {
        var type = System.Text.Encoding.ASCII.GetString(AgentMessageTypes.NameOf(of.MessageType));
        var content = new AcknowledgeContent(type, of.MessageId.ToString(), of.SequenceNumber);
        return Json(AgentMessageType.Acknowledge, content, MessagesJsonContext.Default.AcknowledgeContent, time, flags: MessageFlags.SynFin);
    }
}
