using System.Buffers.Binary;

namespace Postern.Server.Recordings.Statements.Postgres;

/// <summary>A whole message: its type (0 for one without), the length of its body, and as much of the body as is kept.</summary>
internal readonly ref struct PostgresMessage(byte type, int length, ReadOnlySpan<byte> kept)
{
    public byte Type { get; } = type;
    public int Length { get; } = length;
    public ReadOnlySpan<byte> Kept { get; } = kept;
}

/// <summary>
/// Cuts one direction of a connection into messages: type (1 byte; absent while <see cref="Untyped"/>), length with itself (4), body.
/// A body that came whole is read in place; of others what is asked for is copied, the rest is passed over.
/// </summary>
/// <param name="keeps">Bytes to keep of a body, by type; negative: there is no such message.</param>
internal sealed class PostgresReader(int[] keeps)
{
    private const int LengthSize = 4, TypeSize = 1;
    private readonly byte[] _header = new byte[TypeSize + LengthSize];
    private int _have;
    private bool _inside;
    private byte _type;
    private int _length, _left;
    private KeptBytes _kept;

    /// <summary>What comes next has no type: a client's first messages.</summary>
    public bool Untyped { get; set; }

    /// <summary>Why nothing more can be read.</summary>
    public string? Fault { get; private set; }

    /// <summary>The next whole message. False: more bytes are needed, or <see cref="Fault"/>.</summary>
    public bool Next(ref ReadOnlySpan<byte> bytes, out PostgresMessage message)
    {
        if (TryWhole(ref bytes, out message))
            return true;
        if (!_inside && !Open(ref bytes))
            return false;
        var taken = Math.Min(_left, bytes.Length);
        _kept.Add(bytes[..taken], keeps[_type]);
        bytes = bytes[taken..];
        _left -= taken;
        if (_left > 0)
            return false;
        _inside = false;
        message = new(_type, _length, _kept.Span);
        return true;
    }

    public void Release() => _kept.Release();

    /// <summary>The way of nearly all messages: header and body are there, and nothing is copied. What is wrong with a header is found by <see cref="Open"/>.</summary>
    private bool TryWhole(ref ReadOnlySpan<byte> bytes, out PostgresMessage message)
    {
        message = default;
        if (_inside || _have > 0 || Untyped || bytes.Length < TypeSize + LengthSize || Fault is not null)
            return false;
        var type = bytes[0];
        var keep = keeps[type];
        var length = BinaryPrimitives.ReadInt32BigEndian(bytes[TypeSize..]) - LengthSize;
        var body = bytes[(TypeSize + LengthSize)..];
        if (keep < 0 || (uint)length > (uint)body.Length)
            return false;
        message = new(type, length, body[..Math.Min(length, keep)]);
        bytes = body[length..];
        _kept.Release();
        return true;
    }

    private bool Open(ref ReadOnlySpan<byte> bytes)
    {
        var size = Untyped ? LengthSize : TypeSize + LengthSize;
        if (Fault is not null)
            return false;
        var taken = Math.Min(size - _have, bytes.Length);
        bytes[..taken].CopyTo(_header.AsSpan(_have));
        bytes = bytes[taken..];
        _have += taken;
        if (_have < size)
            return false;
        _have = 0;
        ReadOnlySpan<byte> header = _header.AsSpan(0, size);
        _type = Untyped ? (byte)0 : header[0];
        var length = BinaryPrimitives.ReadInt32BigEndian(header[^LengthSize..]);
        if (keeps[_type] < 0)
            Fault = $"a message of type 0x{_type:x2}, which PostgreSQL does not have";
        else if (length < LengthSize || length > (Untyped ? StatementLimits.Startup : StatementLimits.WholeMessage))
            Fault = $"a message of {length} bytes";
        if (Fault is not null)
            return false;
        _kept.Release();
        (_inside, _length, _left) = (true, length - LengthSize, length - LengthSize);
        return true;
    }
}
