using System.Buffers.Binary;

namespace Postern.Server.Recordings.Statements;

/// <summary>Reads the fields of a message. What is not there reads as zero or empty, and sets <see cref="Failed"/>.</summary>
internal ref struct FieldReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public bool Failed { get; private set; }
    public readonly ReadOnlySpan<byte> Rest => _rest;

    public ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > _rest.Length)
        {
            Failed = true;
            _rest = default;
            return default;
        }
        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    public byte Byte() => Take(1) is [var value] ? value : (byte)0;

    public short Int16() => Take(2) is { Length: 2 } taken ? BinaryPrimitives.ReadInt16BigEndian(taken) : (short)0;

    public int Int32() => Take(4) is { Length: 4 } taken ? BinaryPrimitives.ReadInt32BigEndian(taken) : 0;

    public ushort UInt16Little() => Take(2) is { Length: 2 } taken ? BinaryPrimitives.ReadUInt16LittleEndian(taken) : (ushort)0;

    public uint UInt32Little() => Take(4) is { Length: 4 } taken ? BinaryPrimitives.ReadUInt32LittleEndian(taken) : 0;

    /// <summary>Up to a zero byte, which is passed over. Without one: all there is, and <see cref="Failed"/>.</summary>
    public ReadOnlySpan<byte> ZeroTerminated()
    {
        var end = _rest.IndexOf((byte)0);
        if (end >= 0)
        {
            var taken = _rest[..end];
            _rest = _rest[(end + 1)..];
            return taken;
        }
        var all = _rest;
        _rest = default;
        Failed = true;
        return all;
    }

    /// <summary>MySQL's int&lt;lenenc&gt;; NULL (0xFB) and the invalid 0xFF fail.</summary>
    public ulong LengthEncoded()
    {
        var first = Byte();
        switch (first)
        {
            case < 0xFB:
                return first;
            case 0xFC:
                return UInt16Little();
            case 0xFD:
                return Take(3) is [var low, var middle, var high] ? (ulong)(low | middle << 8 | high << 16) : 0;
            case 0xFE:
                return Take(8) is { Length: 8 } taken ? BinaryPrimitives.ReadUInt64LittleEndian(taken) : 0;
            default:
                Failed = true;
                return 0;
        }
    }

    /// <summary>MySQL's string&lt;lenenc&gt;.</summary>
    public ReadOnlySpan<byte> LengthEncodedString()
    {
        var length = LengthEncoded();
        return Take(length > int.MaxValue ? -1 : (long)length);
    }
}
