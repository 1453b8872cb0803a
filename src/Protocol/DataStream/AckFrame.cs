using System.Buffers.Text;
using System.Text.Json;
using Postern.Protocol.Messages;

namespace Postern.Protocol.DataStream;

/// <summary>An acknowledgement that waits to be written: of one message, or of all up to it.</summary>
internal readonly record struct PendingAck(long Sequence, Guid MessageId, bool Cumulative);

/// <summary>
/// Acknowledge frames, written into a buffer that is used again and read without allocating:
/// <c>{"AcknowledgedMessageType":"…","AcknowledgedMessageId":"…","AcknowledgedMessageSequenceNumber":n,"IsSequentialMessage":true}</c>.
/// </summary>
public static class AckFrame
{
    /// <summary>Bytes that every acknowledgement fits in: header, JSON names, type, UUID, number.</summary>
    public const int MaxSize = AgentMessageHeader.Size + 256;

    private const int LongestNumber = 20;
    private static ReadOnlySpan<byte> NumberName => "AcknowledgedMessageSequenceNumber"u8;

    internal static int Write(byte[] buffer, in PendingAck ack, Guid id, AgentMessageType acknowledgedType, ulong createdDate, bool omitDigest)
    {
        // The payload is put where it belongs first, then the header around it.
        var payload = buffer.AsSpan(AgentMessageHeader.Size);
        var length = 0;
        Append(payload, ref length, "{\"AcknowledgedMessageType\":\""u8);
        Append(payload, ref length, AgentMessageTypes.NameOf(acknowledgedType));
        Append(payload, ref length, "\",\"AcknowledgedMessageId\":\""u8);
        Utf8Formatter.TryFormat(ack.MessageId, payload[length..], out var written);
        length += written;
        Append(payload, ref length, "\",\"AcknowledgedMessageSequenceNumber\":"u8);
        Utf8Formatter.TryFormat(ack.Sequence, payload.Slice(length, LongestNumber), out written);
        length += written;
        Append(payload, ref length, ",\"IsSequentialMessage\":true}"u8);
        var header = new AgentMessageHeader
        {
            MessageType = AgentMessageType.Acknowledge,
            CreatedDate = createdDate,
            Flags = ack.Cumulative ? MessageFlags.SynFin | MessageFlags.Cumulative : MessageFlags.SynFin,
            MessageId = id,
        };
        return AgentMessageCodec.Write(buffer, header, payload[..length], omitDigest);
    }

    /// <summary>The acknowledged sequence number; receivers use nothing else. False when the JSON is not an acknowledgement.</summary>
    public static bool TryReadSequence(ReadOnlySpan<byte> payload, out long sequence)
    {
        sequence = 0;
        try
        {
            var json = new Utf8JsonReader(payload);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
                return false;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var found = json.ValueTextEquals(NumberName);
                if (!json.Read())
                    return false;
                if (found)
                    return json.TokenType == JsonTokenType.Number && json.TryGetInt64(out sequence);
                json.Skip();
            }
            return false;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false; // the latter for a name with half a surrogate pair
        }
    }

    private static void Append(Span<byte> destination, ref int length, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(destination[length..]);
        length += bytes.Length;
    }
}
