namespace Postern.Protocol.Messages;

/// <summary>
/// The 120-byte header of an agent message, decoded. All integers are big-endian on the wire.
/// <code>
///   0   4  HeaderLength     always 116; the payload starts at HeaderLength + 4
///   4  32  MessageType      ASCII, padded with spaces
///  36   4  SchemaVersion    1
///  40   8  CreatedDate      Unix milliseconds, not 0
///  48   8  SequenceNumber   of stream messages, else 0
///  56   8  Flags
///  64  16  MessageId        UUID with its two halves swapped
///  80  32  PayloadDigest    SHA-256 of the payload
/// 112   4  PayloadType
/// 116   4  PayloadLength
/// 120      Payload
/// </code>
/// </summary>
public readonly record struct AgentMessageHeader
{
    public const int Size = 120;
    public const uint HeaderLength = 116;

    public AgentMessageType MessageType { get; init; }
    /// <summary>Unix epoch, milliseconds. Peers drop messages in which it is 0.</summary>
    public ulong CreatedDate { get; init; }
    public long SequenceNumber { get; init; }
    public MessageFlags Flags { get; init; }
    public Guid MessageId { get; init; }
    public PayloadType PayloadType { get; init; }
    /// <summary>Bytes of payload; set by the reader, ignored by the writer (which takes it from the payload).</summary>
    public int PayloadLength { get; init; }

    public bool IsStreamData => MessageType is AgentMessageType.InputStreamData or AgentMessageType.OutputStreamData;
}
