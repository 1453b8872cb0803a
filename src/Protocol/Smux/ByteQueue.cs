using System.Buffers;

namespace Postern.Protocol.Smux;

/// <summary>Unread bytes of one stream, in pooled segments; holds no memory while empty. The caller holds the lock and bounds it.</summary>
internal sealed class ByteQueue
{
    /// <summary>The first segment is small, because most streams hold little; a backlog goes into large ones, of which the pool keeps enough.</summary>
    private const int FirstSegment = 16 * 1024, LaterSegment = 64 * 1024;

    private readonly Queue<byte[]> _segments = new();
    private byte[]? _last;
    private int _read, _written;

    public int Length { get; private set; }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        Length += bytes.Length;
        while (!bytes.IsEmpty)
        {
            if (_last is null || _written == _last.Length)
            {
                _last = ArrayPool<byte>.Shared.Rent(_segments.Count == 0 ? FirstSegment : LaterSegment);
                _segments.Enqueue(_last);
                _written = 0;
            }
            var part = Math.Min(bytes.Length, _last.Length - _written);
            bytes[..part].CopyTo(_last.AsSpan(_written));
            _written += part;
            bytes = bytes[part..];
        }
    }

    public int Read(Span<byte> destination)
    {
        var total = 0;
        while (!destination.IsEmpty && Length > 0)
        {
            var segment = _segments.Peek();
            var end = ReferenceEquals(segment, _last) ? _written : segment.Length;
            var part = Math.Min(destination.Length, end - _read);
            segment.AsSpan(_read, part).CopyTo(destination);
            destination = destination[part..];
            _read += part;
            Length -= part;
            total += part;
            if (_read == end)
                ReturnFirst();
        }
        return total;
    }

    public void Clear()
    {
        while (_segments.Count > 0)
            ReturnFirst();
        Length = 0;
    }

    private void ReturnFirst()
    {
        var segment = _segments.Dequeue();
        if (ReferenceEquals(segment, _last))
            _last = null;
        ArrayPool<byte>.Shared.Return(segment);
        _read = 0;
    }
}
