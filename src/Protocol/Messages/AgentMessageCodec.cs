using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Postern.Protocol.Messages;

/// <summary>Why a frame is not an agent message.</summary>
public enum AgentMessageError
{
    None,
    TooShort,
    WrongHeaderLength,
    WrongPayloadLength,
    UnknownType,
    MissingDate,
    WrongDigest,
}

/// <summary>Reads and writes agent messages. One message is the whole payload of one WebSocket message. Only <see cref="Renumber"/> allocates.</summary>
public static class AgentMessageCodec
{
    private const int TypeOffset = 4, TypeLength = 32, VersionOffset = 36, DateOffset = 40, SequenceOffset = 48, FlagsOffset = 56,
        IdOffset = 64, DigestOffset = 80, DigestLength = 32, PayloadTypeOffset = 112, PayloadLengthOffset = 116;

    /// <summary>
    /// Decodes the header and checks lengths. The digest is not checked here: <see cref="HasValidDigest"/>.
    /// A frame with an unknown type decodes (with <see cref="AgentMessageType.Unknown"/>) and reports <see cref="AgentMessageError.None"/>.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> frame, out AgentMessageHeader header, out AgentMessageError error)
    {
        header = default;
        if (frame.Length < AgentMessageHeader.Size)
            return Fail(AgentMessageError.TooShort, out error);
        if (BinaryPrimitives.ReadUInt32BigEndian(frame) != AgentMessageHeader.HeaderLength)
            return Fail(AgentMessageError.WrongHeaderLength, out error);
        var length = BinaryPrimitives.ReadUInt32BigEndian(frame[PayloadLengthOffset..]);
        if (length != (uint)(frame.Length - AgentMessageHeader.Size))
            return Fail(AgentMessageError.WrongPayloadLength, out error);
        var date = BinaryPrimitives.ReadUInt64BigEndian(frame[DateOffset..]);
        if (date == 0)
            return Fail(AgentMessageError.MissingDate, out error);
        header = new AgentMessageHeader
        {
            MessageType = AgentMessageTypes.Parse(frame.Slice(TypeOffset, TypeLength)),
            CreatedDate = date,
            SequenceNumber = BinaryPrimitives.ReadInt64BigEndian(frame[SequenceOffset..]),
            Flags = (MessageFlags)BinaryPrimitives.ReadUInt64BigEndian(frame[FlagsOffset..]),
            MessageId = MessageIds.Read(frame.Slice(IdOffset, MessageIds.Size)),
            PayloadType = (PayloadType)BinaryPrimitives.ReadUInt32BigEndian(frame[PayloadTypeOffset..]),
            PayloadLength = (int)length,
        };
        error = AgentMessageError.None;
        return true;
    }

    /// <summary>The payload of a frame that <see cref="TryRead"/> accepted.</summary>
    public static ReadOnlySpan<byte> PayloadOf(ReadOnlySpan<byte> frame) => frame[AgentMessageHeader.Size..];

    /// <inheritdoc cref="PayloadOf(ReadOnlySpan{byte})"/>
    public static ReadOnlyMemory<byte> PayloadOf(ReadOnlyMemory<byte> frame) => frame[AgentMessageHeader.Size..];

    /// <summary>
    /// Whether the digest in the header is the SHA-256 of the payload. An empty payload needs none. The npm client ssm-session writes the
    /// first half of the digest as hexadecimal text instead; nobody at AWS minds, so that is taken as well.
    /// </summary>
    public static bool HasValidDigest(ReadOnlySpan<byte> frame)
    {
        var payload = PayloadOf(frame);
        if (payload.IsEmpty)
            return true;
        Span<byte> digest = stackalloc byte[DigestLength];
        SHA256.HashData(payload, digest);
        var given = frame.Slice(DigestOffset, DigestLength);
        if (digest.SequenceEqual(given))
            return true;
        Span<byte> text = stackalloc byte[DigestLength];
        return Convert.TryToHexStringLower(digest[..(DigestLength / 2)], text, out _) && text.SequenceEqual(given);
    }

    /// <summary>The digest that the header of a frame states.</summary>
    public static ReadOnlySpan<byte> DigestOf(ReadOnlySpan<byte> frame) => frame.Slice(DigestOffset, DigestLength);

    /// <summary>A copy of a frame with another sequence number.</summary>
    public static byte[] Renumber(ReadOnlySpan<byte> frame, long sequenceNumber)
    {
        var copy = frame.ToArray();
        BinaryPrimitives.WriteInt64BigEndian(copy.AsSpan(SequenceOffset), sequenceNumber);
        return copy;
    }

    /// <summary>Whether a payload goes without a digest: the field is zero. Only between ends that agreed on it.</summary>
    public static bool OmitsDigest(ReadOnlySpan<byte> frame) =>
        frame.Length > AgentMessageHeader.Size && !frame.Slice(DigestOffset, DigestLength).ContainsAnyExcept((byte)0);

    /// <summary>Bytes that <see cref="Write"/> fills for a payload.</summary>
    public static int SizeOf(int payloadLength) => AgentMessageHeader.Size + payloadLength;

    /// <summary>Writes header and payload; returns the number of bytes written. The payload may already stand in place.</summary>
    public static int Write(Span<byte> destination, in AgentMessageHeader header, ReadOnlySpan<byte> payload, bool omitDigest = false)
    {
        var frame = destination[..SizeOf(payload.Length)];
        BinaryPrimitives.WriteUInt32BigEndian(frame, AgentMessageHeader.HeaderLength);
        var type = frame.Slice(TypeOffset, TypeLength);
        type.Fill((byte)' ');
        AgentMessageTypes.NameOf(header.MessageType).CopyTo(type);
        BinaryPrimitives.WriteUInt32BigEndian(frame[VersionOffset..], 1);
        BinaryPrimitives.WriteUInt64BigEndian(frame[DateOffset..], header.CreatedDate);
        BinaryPrimitives.WriteInt64BigEndian(frame[SequenceOffset..], header.SequenceNumber);
        BinaryPrimitives.WriteUInt64BigEndian(frame[FlagsOffset..], (ulong)header.Flags);
        MessageIds.Write(frame.Slice(IdOffset, MessageIds.Size), header.MessageId);
        var digest = frame.Slice(DigestOffset, DigestLength);
        if (omitDigest)
            digest.Clear();
        else
            SHA256.HashData(payload, digest);
        BinaryPrimitives.WriteUInt32BigEndian(frame[PayloadTypeOffset..], (uint)header.PayloadType);
        BinaryPrimitives.WriteUInt32BigEndian(frame[PayloadLengthOffset..], (uint)payload.Length);
        payload.CopyTo(frame[AgentMessageHeader.Size..]);
        return frame.Length;
    }

    private static bool Fail(AgentMessageError value, out AgentMessageError error)
    {
        error = value;
        return false;
    }
}
