using System.Buffers.Binary;

namespace Postern.Server.Recordings.Flows;

/// <summary>What is read of a multiplexer's bytes at a time: a frame without body, or a piece of a body.</summary>
/// <param name="Command">See <see cref="MuxFrameReader"/>.</param>
/// <param name="Stream">Its number.</param>
/// <param name="Length">Bytes of the body that follow the header in what was given.</param>
internal readonly record struct MuxPiece(byte Command, uint Stream, int Length);

/// <summary>
/// Reads along one direction of a multiplexed port session: smux version 1, or the extension of our ends. Bytes come in order, cut anywhere, and stay where they are.
/// </summary>
internal sealed class MuxFrameReader
{
    public const byte Open = 0, Finish = 1, Data = 2, Nothing = 3, Window = 4, Reset = 5;
    public const int HeaderSize = 8;
    private const byte Stock = 1, Extended = 0x50;
    private const int WindowBody = 4, MaxReason = 512, LongestLikely = 32 * 1024, HighestLikely = 1 << 20;

    private readonly byte[] _header = new byte[HeaderSize];
    private int _filled, _body;
    private byte _command;
    private uint _stream;

    /// <summary>The bytes were no frames: nothing is read until <see cref="Lose"/>.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Where frames begin is not known.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Bytes are missing. The beginning of a frame is looked for in those that come.</summary>
    public void Lose() => (IsLost, IsBroken, _filled, _body) = (true, false, 0, 0);

    /// <summary>Takes the next piece from the front of the bytes. False: all are taken.</summary>
    public bool TryRead(ref ReadOnlySpan<byte> bytes, out MuxPiece piece, out ReadOnlySpan<byte> body)
    {
        piece = default;
        body = default;
        if (IsBroken || (IsLost && !TryFind(ref bytes)))
            return false;
        if (_body == 0 && !TryReadHeader(ref bytes))
            return false;
        var part = Math.Min(_body, bytes.Length);
        if (part == 0 && _body > 0)
            return false;
        body = bytes[..part];
        bytes = bytes[part..];
        _body -= part;
        piece = new MuxPiece(_command, _stream, part);
        return true;
    }

    /// <summary>Whether bytes can be the beginning of a multiplexer's.</summary>
    public static bool IsPlausible(ReadOnlySpan<byte> bytes)
        => bytes.IsEmpty || (bytes[0] is Stock or Extended && (bytes.Length < 2 || bytes[1] <= Reset) && (bytes.Length < HeaderSize || Fits(bytes)));

    /// <summary>
    /// Looks for frames that follow each other: two headers in their places, or one whose frame is just what is there. Other bytes look so once in a
    /// hundred billion places.
    /// </summary>
    private bool TryFind(ref ReadOnlySpan<byte> bytes)
    {
        for (var at = 0; at + HeaderSize <= bytes.Length; at++)
        {
            var rest = bytes[at..];
            if (!IsLikely(rest, out var next) || (next < rest.Length || at > 0 ? !IsLikely(rest[Math.Min(next, rest.Length)..], out _) : next != rest.Length))
                continue;
            bytes = rest;
            IsLost = false;
            return true;
        }
        return false;
    }

    private static bool IsLikely(ReadOnlySpan<byte> bytes, out int next)
    {
        next = bytes.Length < HeaderSize ? 0 : HeaderSize + BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]);
        return bytes.Length >= HeaderSize && Fits(bytes) && next <= HeaderSize + LongestLikely && BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) is > 1 and < HighestLikely;
    }

    private bool TryReadHeader(ref ReadOnlySpan<byte> bytes)
    {
        var part = Math.Min(bytes.Length, HeaderSize - _filled);
        bytes[..part].CopyTo(_header.AsSpan(_filled));
        bytes = bytes[part..];
        _filled += part;
        if (_filled < HeaderSize)
            return false;
        if (!Fits(_header))
        {
            IsBroken = true;
            return false;
        }
        _filled = 0;
        _command = _header[1];
        _body = BinaryPrimitives.ReadUInt16LittleEndian(_header.AsSpan(2));
        _stream = BinaryPrimitives.ReadUInt32LittleEndian(_header.AsSpan(4));
        return true;
    }

    private static bool Fits(ReadOnlySpan<byte> header)
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(header[2..]);
        return header[0] is Stock or Extended && header[1] switch
        {
            Open or Finish => length == 0,
            Data => true,
            Nothing => header[0] == Stock && length == 0,
            Window => header[0] == Extended && length == WindowBody,
            Reset => header[0] == Extended && length <= MaxReason,
            _ => false,
        };
    }
}
