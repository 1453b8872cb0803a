using System.Text;
using System.Text.Json;
using Postern.Protocol.DataStream;
using Postern.Protocol.Messages;

namespace Postern.Tests.Messages;

public sealed class AgentMessageCodecTests
{
    [Theory]
    [InlineData("handshake-request")]
    [InlineData("output")]
    [InlineData("input")]
    [InlineData("acknowledge")]
    [InlineData("handshake-request-offer")]
    [InlineData("handshake-response-answer")]
    [InlineData("output-no-digest")]
    [InlineData("acknowledge-cumulative")]
    [InlineData("standard-error")]
    [InlineData("exit-code")]
    public void Vectors_are_read_and_written_byte_by_byte(string name)
    {
        using var vector = new Vector(name);
        var expected = new AgentMessageHeader
        {
            MessageType = AgentMessageTypes.Parse(Encoding.ASCII.GetBytes(vector.Text("messageType"))),
            CreatedDate = (ulong)vector.Number("createdDate"),
            SequenceNumber = vector.Number("sequenceNumber"),
            Flags = (MessageFlags)vector.Number("flags"),
            MessageId = Guid.Parse(vector.Text("messageId")),
            PayloadType = (PayloadType)vector.Number("payloadType"),
            PayloadLength = Encoding.UTF8.GetByteCount(vector.Text("payload")),
        };
        var bytes = vector.Bytes;

        Assert.True(AgentMessageCodec.TryRead(bytes, out var header, out var error));
        Assert.Equal(AgentMessageError.None, error);
        Assert.Equal(expected, header);
        Assert.Equal(vector.HasDigest, AgentMessageCodec.HasValidDigest(bytes));
        Assert.NotEqual(vector.HasDigest, AgentMessageCodec.OmitsDigest(bytes));
        Assert.Equal(vector.Text("payload"), Encoding.UTF8.GetString(AgentMessageCodec.PayloadOf(bytes.AsSpan())));

        var written = new byte[bytes.Length];
        Assert.Equal(bytes.Length, AgentMessageCodec.Write(written, expected, Encoding.UTF8.GetBytes(vector.Text("payload")), omitDigest: !vector.HasDigest));
        Assert.Equal(Convert.ToHexString(bytes), Convert.ToHexString(written));
    }

    [Theory]
    [InlineData("acknowledge", AgentMessageType.InputStreamData)]
    [InlineData("acknowledge-cumulative", AgentMessageType.OutputStreamData)]
    public void The_acknowledgement_of_a_data_stream_is_the_vector_but_for_its_id(string name, AgentMessageType acknowledgedType)
    {
        using var vector = new Vector(name);
        var acknowledged = JsonSerializer.Deserialize(vector.Text("payload"), MessagesJsonContext.Default.AcknowledgeContent)!;
        var buffer = new byte[AckFrame.MaxSize];
        var ack = new PendingAck(acknowledged.AcknowledgedMessageSequenceNumber, Guid.Parse(acknowledged.AcknowledgedMessageId), Cumulative: name == "acknowledge-cumulative");
        var length = AckFrame.Write(buffer, ack, Guid.NewGuid(), acknowledgedType, (ulong)vector.Number("createdDate"), omitDigest: !vector.HasDigest);

        var expected = vector.Bytes;
        expected.AsSpan(64, MessageIds.Size).CopyTo(buffer.AsSpan(64));
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(buffer.AsSpan(0, length)));
    }

    [Fact]
    public void The_longest_acknowledgement_fits()
    {
        var buffer = new byte[AckFrame.MaxSize];
        var length = AckFrame.Write(buffer, new PendingAck(long.MaxValue, Guid.NewGuid(), Cumulative: true), Guid.NewGuid(), AgentMessageType.OutputStreamData, ulong.MaxValue, omitDigest: true);
        Assert.True(AckFrame.TryReadSequence(buffer.AsSpan(AgentMessageHeader.Size, length - AgentMessageHeader.Size), out var sequence));
        Assert.Equal(long.MaxValue, sequence);
    }

    [Theory]
    [InlineData("handshake-request")]
    [InlineData("handshake-request-offer")]
    [InlineData("handshake-response-answer")]
    [InlineData("acknowledge")]
    [InlineData("acknowledge-cumulative")]
    public void The_payloads_of_vectors_are_what_our_records_write(string name)
    {
        using var vector = new Vector(name);
        var text = vector.Text("payload");
        var again = name switch
        {
            "handshake-response-answer" => Again(text, MessagesJsonContext.Default.HandshakeResponseContent),
            "handshake-request" or "handshake-request-offer" => Again(text, MessagesJsonContext.Default.HandshakeRequestContent),
            _ => Again(text, MessagesJsonContext.Default.AcknowledgeContent),
        };
        Assert.Equal(text, again);
    }

    private static string Again<T>(string text, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> shape) => JsonSerializer.Serialize(JsonSerializer.Deserialize(text, shape)!, shape);

    [Fact]
    public void Type_names_padded_with_nuls_or_spaces_are_read()
    {
        foreach (var type in Enum.GetValues<AgentMessageType>().Where(type => type != AgentMessageType.Unknown))
        {
            var name = AgentMessageTypes.NameOf(type);
            Assert.InRange(name.Length, 1, 32);
            foreach (var padding in " \0")
            {
                var field = new byte[32];
                field.AsSpan().Fill((byte)padding);
                name.CopyTo(field);
                Assert.Equal(type, AgentMessageTypes.Parse(field));
            }
        }
        Assert.Equal(AgentMessageType.Unknown, AgentMessageTypes.Parse("Output_Stream_Data"u8));
        Assert.Equal(AgentMessageType.Unknown, AgentMessageTypes.Parse(new byte[32]));
        Assert.Throws<ArgumentOutOfRangeException>(() => AgentMessageTypes.NameOf(AgentMessageType.Unknown).Length);
    }

    [Fact]
    public void Every_cut_of_a_frame_is_refused_for_its_length()
    {
        using var vector = new Vector("output");
        var bytes = vector.Bytes;
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(AgentMessageCodec.TryRead(bytes.AsSpan(0, length), out _, out var error));
            Assert.Equal(length < AgentMessageHeader.Size ? AgentMessageError.TooShort : AgentMessageError.WrongPayloadLength, error);
        }
    }

    [Fact]
    public void Random_frames_are_read_without_harm()
    {
        var random = new Random(120);
        using var vector = new Vector("output");
        for (var i = 0; i < 100_000; i++)
        {
            var frame = vector.Bytes;
            for (var change = random.Next(1, 20); change > 0; change--)
                frame[random.Next(frame.Length)] = (byte)random.Next(256);
            var cut = frame.AsSpan(0, random.Next(frame.Length + 1));
            if (AgentMessageCodec.TryRead(cut, out var header, out _))
            {
                Assert.Equal(cut.Length, header.PayloadLength + AgentMessageHeader.Size);
                AgentMessageCodec.HasValidDigest(cut);
            }
        }
    }

    [Fact]
    public void A_message_without_payload_needs_no_digest()
    {
        var frame = new byte[AgentMessageHeader.Size];
        AgentMessageCodec.Write(frame, new AgentMessageHeader { MessageType = AgentMessageType.StartPublication, CreatedDate = 1 }, default);
        frame.AsSpan(80, 32).Clear();
        Assert.True(AgentMessageCodec.TryRead(frame, out _, out _));
        Assert.True(AgentMessageCodec.HasValidDigest(frame));
    }

    [Fact]
    public void A_digest_as_half_its_hexadecimal_text_is_taken_and_another_text_is_not()
    {
        byte[] payload = [1, 2, 3];
        var frame = new byte[AgentMessageCodec.SizeOf(payload.Length)];
        AgentMessageCodec.Write(frame, new AgentMessageHeader { MessageType = AgentMessageType.InputStreamData, CreatedDate = 1 }, payload);
        var text = System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(payload)));

        text.AsSpan(0, 32).CopyTo(frame.AsSpan(80));
        Assert.True(AgentMessageCodec.HasValidDigest(frame));

        text.AsSpan(32, 32).CopyTo(frame.AsSpan(80));
        Assert.False(AgentMessageCodec.HasValidDigest(frame));
    }
}
