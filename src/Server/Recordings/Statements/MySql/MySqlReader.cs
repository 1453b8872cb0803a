namespace Postern.Server.Recordings.Statements.MySql;

/// <summary>A whole packet, of one part or more: the number of its first part, its length, its first byte, and as much of it as is kept.</summary>
internal readonly ref struct MySqlPacket(byte sequence, int length, byte first, ReadOnlySpan<byte> kept)
{
    public byte Sequence { get; } = sequence;
    public int Length { get; } = length;
    public byte First { get; } = first;
    public ReadOnlySpan<byte> Kept { get; } = kept;
}

/// <summary>
/// Cuts one direction of a connection into packets. A part is: length (3, little-endian), sequence number (1), payload; one of 0xFFFFFF bytes is followed by another part.
/// A packet that came whole is read in place; of others what is asked for is copied, the rest is passed over.
/// </summary>
internal sealed class MySqlReader
{
    private const int HeaderSize = 4, FullPart = 0xFFFFFF;
    private const byte FirstOfEnds = 0xFE;

    private readonly byte[] _header = new byte[HeaderSize];
    private int _have;
    private bool _inside, _more;
    private int _left, _total, _keeping;
    private byte _sequence, _first;
    private KeptBytes _kept;

    /// <summary>Bytes to keep of the packets to come.</summary>
    public int Keep { get; set; }

    /// <summary>Rows come: only what may end them (0xFE, 0xFF) is kept.</summary>
    public bool Rows { get; set; }

    /// <summary>Why nothing more can be read.</summary>
    public string? Fault { get; private set; }

    /// <summary>The next whole packet. False: more bytes are needed, or <see cref="Fault"/>.</summary>
    public bool Next(ref ReadOnlySpan<byte> bytes, out MySqlPacket packet)
    {
        packet = default;
        if (!_inside)
        {
            if (TryWhole(ref bytes, out packet))
                return true;
            if (Fault is not null || !Header(ref bytes))
                return false;
            _kept.Release();
            (_inside, _total, _first, _sequence) = (true, 0, 0, _header[3]);
        }
        while (true)
        {
            var taken = Math.Min(_left, bytes.Length);
            if (taken > 0)
                Take(bytes[..taken]);
            bytes = bytes[taken..];
            if (_total > StatementLimits.WholeMessage)
                Fault = $"a packet of more than {StatementLimits.WholeMessage} bytes";
            if (_left > 0 || Fault is not null)
                return false;
            if (!_more)
                break;
            if (!Header(ref bytes))
                return false;
        }
        _inside = false;
        packet = new(_sequence, _total, _first, _kept.Span);
        return true;
    }

    public void Release() => _kept.Release();

    /// <summary>The way of nearly all packets: header and payload are there, and nothing is copied.</summary>
    private bool TryWhole(ref ReadOnlySpan<byte> bytes, out MySqlPacket packet)
    {
        packet = default;
        if (_have > 0 || bytes.Length < HeaderSize)
            return false;
        var length = bytes[0] | bytes[1] << 8 | bytes[2] << 16;
        if (length == FullPart || bytes.Length - HeaderSize < length)
            return false;
        var first = length > 0 ? bytes[HeaderSize] : (byte)0;
        packet = new(bytes[3], length, first, bytes.Slice(HeaderSize, Math.Min(length, KeepOf(first))));
        bytes = bytes[(HeaderSize + length)..];
        _kept.Release();
        return true;
    }

    private bool Header(ref ReadOnlySpan<byte> bytes)
    {
        var taken = Math.Min(HeaderSize - _have, bytes.Length);
        bytes[..taken].CopyTo(_header.AsSpan(_have));
        bytes = bytes[taken..];
        _have += taken;
        if (_have < HeaderSize)
            return false;
        _have = 0;
        _left = _header[0] | _header[1] << 8 | _header[2] << 16;
        _more = _left == FullPart;
        return true;
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        if (_total == 0)
        {
            _first = bytes[0];
            _keeping = KeepOf(_first);
        }
        _kept.Add(bytes, _keeping);
        _total += bytes.Length;
        _left -= bytes.Length;
    }

    private int KeepOf(byte first) => Rows && first < FirstOfEnds ? 0 : Keep;
}
