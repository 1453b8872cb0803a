using System.Buffers;

namespace Postern.Server.Recordings.Statements;

/// <summary>The beginning of a message that came in pieces. Its memory is rented, never more than asked for and at most doubled; cleared when given back.</summary>
internal struct KeptBytes
{
    private byte[]? _buffer;
    private int _length;

    public readonly ReadOnlySpan<byte> Span => _buffer.AsSpan(0, _length);

    /// <summary>Takes what still fits into <paramref name="limit"/> bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes, int limit)
    {
        var wanted = Math.Min(bytes.Length, limit - _length);
        if (wanted <= 0)
            return;
        if (_buffer is null || _buffer.Length < _length + wanted)
            Grow(_length + wanted);
        bytes[..wanted].CopyTo(_buffer.AsSpan(_length));
        _length += wanted;
    }

    public void Release()
    {
        if (_buffer is not null)
            ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
        (_buffer, _length) = (null, 0);
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _length * 2));
        Span.CopyTo(larger);
        if (_buffer is not null)
            ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
        _buffer = larger;
    }
}
