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
        message = default;
        if (!_inside && !Open(ref bytes))
            return false;
        if (!_inside)
        {
            _kept.Release();
            message = new(_type, _length, bytes[..Math.Min(_length, keeps[_type])]);
            bytes = bytes[_length..];
            return true;
        }
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

    /// <summary>Reads a header. Afterwards the body is all in <paramref name="bytes"/>, or it comes in pieces.</summary>
    private bool Open(ref ReadOnlySpan<byte> bytes)
    {
        var size = Untyped ? LengthSize : TypeSize + LengthSize;
        scoped ReadOnlySpan<byte> header;
        if (Fault is not null)
            return false;
        if (_have == 0 && bytes.Length >= size)
        {
            header = bytes[..size];
            bytes = bytes[size..];
        }
        else
        {
            var taken = Math.Min(size - _have, bytes.Length);
            bytes[..taken].CopyTo(_header.AsSpan(_have));
            bytes = bytes[taken..];
            _have += taken;
            if (_have < size)
                return false;
            _have = 0;
            header = _header.AsSpan(0, size);
        }
        _type = Untyped ? (byte)0 : header[0];
        var length = BinaryPrimitives.ReadInt32BigEndian(header[^LengthSize..]);
        if (keeps[_type] < 0)
            Fault = $"a message of type 0x{_type:x2}, which PostgreSQL does not have";
        else if (length < LengthSize || length > (Untyped ? StatementLimits.Startup : StatementLimits.WholeMessage))
            Fault = $"a message of {length} bytes";
        if (Fault is not null)
            return false;
        _length = length - LengthSize;
        if (bytes.Length >= _length)
            return true;
        _kept.Release();
        (_inside, _left) = (true, _length);
        return true;
    }
}
