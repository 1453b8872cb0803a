using System.Buffers.Binary;

namespace Postern.Protocol.Recordings;

public enum ChunkKind : byte
{
    Data = (byte)'D',
    /// <summary>The last one: its body is <see cref="RecordingEnd"/>, and a signature follows.</summary>
    End = (byte)'E',
}

[Flags]
public enum ChunkFlags : byte
{
    None = 0,
    /// <summary>The first chunk of another process of the gateway.</summary>
    Continued = 1,
    /// <summary>Of an End: the session's end was not seen.</summary>
    Unfinished = 2,
}

/// <summary>
/// Stands before each chunk, in clear.
/// <code>
/// 0   1  kind
/// 1   1  flags
/// 2   2  zero
/// 4   4  index, from 0
/// 8   8  time from which the times of its events are counted, microseconds since the start
/// 16  8  number of the client's message that is expected next: those before were recorded, or a gap says so
/// 24  8  the same for the agent's
/// 32  4  L, length of the sealed body
/// 36 12  nonce
/// 48 32  hash of what stands before: of the facts, or of the chunk before
/// 80  L  AES-256-GCM of the events, tag last; these 80 bytes are bound to it
///    32  SHA-256 of all above, from offset 0
/// </code>
/// </summary>
public readonly record struct ChunkHeader
{
    public const int Size = 80, NonceOffset = 36, PreviousOffset = 48;
    /// <summary>What a chunk has more than its events.</summary>
    public const int Overhead = Size + RecordingFormat.TagSize + RecordingFormat.HashSize;

    public ChunkKind Kind { get; init; }
    public ChunkFlags Flags { get; init; }
    public uint Index { get; init; }
    /// <summary>Microseconds.</summary>
    public long Time { get; init; }
    public long NextInput { get; init; }
    public long NextOutput { get; init; }
    /// <summary>Bytes of the sealed body.</summary>
    public int Length { get; init; }

    /// <summary>Nonce and hash are put in by the caller.</summary>
    public void Write(Span<byte> destination)
    {
        destination[..Size].Clear();
        destination[0] = (byte)Kind;
        destination[1] = (byte)Flags;
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], Index);
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], Time);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], NextInput);
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], NextOutput);
        BinaryPrimitives.WriteInt32LittleEndian(destination[32..], Length);
    }

    /// <summary>False when the lengths cannot be right.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out ChunkHeader header)
    {
        header = new ChunkHeader
        {
            Kind = (ChunkKind)source[0],
            Flags = (ChunkFlags)source[1],
            Index = BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
            Time = BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
            NextInput = BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
            NextOutput = BinaryPrimitives.ReadInt64LittleEndian(source[24..]),
            Length = BinaryPrimitives.ReadInt32LittleEndian(source[32..]),
        };
        return header.Kind is ChunkKind.Data or ChunkKind.End && header.Length is >= RecordingFormat.TagSize and <= RecordingFormat.MaxEvents + RecordingFormat.TagSize;
    }
}
