using System.Buffers.Binary;

namespace Postern.Protocol.Smux;

/// <summary>Commands of smux version 1, and of the extension (which has no Nop).</summary>
internal enum MuxCommand : byte
{
    Syn = 0,
    Fin = 1,
    Psh = 2,
    Nop = 3,
    /// <summary>Extended: four bytes, little-endian: so many more bytes may be sent.</summary>
    Window = 4,
    /// <summary>Extended: both directions end at once; the body says why, UTF-8.</summary>
    Reset = 5,
}

/// <summary>
/// The header of every frame; little-endian, unlike the agent messages around it.
/// <code>
///   0  1  Version    1, or 0x50 for the extension
///   1  1  Command
///   2  2  Length     of the body that follows
///   4  4  StreamId
/// </code>
/// </summary>
internal readonly record struct MuxFrame
{
    public const int HeaderSize = 8;
    /// <summary>Bytes of a reset's reason.</summary>
    public const int MaxReason = 512;
    public const byte StockVersion = 1, ExtendedVersion = 0x50;
    public const int WindowBody = 4;

    public MuxCommand Command { get; init; }
    public int Length { get; init; }
    public uint StreamId { get; init; }

    public static MuxFrame Read(ReadOnlySpan<byte> header, bool extended, int maxFrame)
    {
        var version = header[0];
        if (version != (extended ? ExtendedVersion : StockVersion))
            throw new MuxProtocolException($"The multiplexer's frame has version {version}, expected {(extended ? ExtendedVersion : StockVersion)}.");
        var frame = new MuxFrame
        {
            Command = (MuxCommand)header[1],
            Length = BinaryPrimitives.ReadUInt16LittleEndian(header[2..]),
            StreamId = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]),
        };
        var fits = frame.Command switch
        {
            MuxCommand.Syn or MuxCommand.Fin => frame.Length == 0,
            MuxCommand.Nop when !extended => frame.Length == 0,
            // Version 1 has no limit but the field's; ours is agreed.
            MuxCommand.Psh => !extended || frame.Length <= maxFrame,
            MuxCommand.Window when extended => frame.Length == WindowBody,
            MuxCommand.Reset when extended => frame.Length <= MaxReason,
            _ => throw new MuxProtocolException($"The multiplexer's frame has an unknown command, {header[1]}."),
        };
        return fits ? frame : throw new MuxProtocolException($"A multiplexer's {frame.Command} frame of {frame.Length} bytes is too long or too short.");
    }

    public static void Write(Span<byte> destination, bool extended, MuxCommand command, int length, uint streamId)
    {
        destination[0] = extended ? ExtendedVersion : StockVersion;
        destination[1] = (byte)command;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[2..], (ushort)length);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], streamId);
    }
}
