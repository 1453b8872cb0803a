using System.Buffers;

namespace Postern.Protocol.DataStream;

/// <summary>A pooled array and how many pieces of it are in use.</summary>
internal sealed class Segment
{
    public byte[] Bytes = [];
    public int Live;
}

/// <summary>A part of a segment, to be given back once.</summary>
internal readonly record struct Piece(Segment Segment, int Offset, int Length)
{
    public Memory<byte> Memory => Segment.Bytes.AsMemory(Offset, Length);
}

/// <summary>
/// Cuts pieces out of large pooled arrays, for messages that come and go roughly in order. A window of thousands of small messages in arrays
/// of their own would be more than the shared pool keeps, so that every message would be allocated again. The caller holds the lock.
/// </summary>
/// <param name="keepsSpare">Whether arrays no longer used stay here until <see cref="Trim"/>: for a window that fills and empties quickly.</param>
internal sealed class Segments(bool keepsSpare)
{
    /// <summary>Holds the largest message exactly.</summary>
    public const int Size = DataStreamOptions.LargestFrame;

    private readonly Stack<Segment> _spare = new(), _hollow = new();
    private Segment? _present;
    private int _used, _count;

    /// <summary>Bytes of segments in use. A peer can hold a whole segment with one piece of it, so this is what has to be bounded.</summary>
    public int Held => _count * Size;

    public bool HasSpare => _spare.Count > 0;

    public Piece Take(int length)
    {
        if (_present is null || Size - _used < length)
        {
            // The old one, if any, goes back with its last piece.
            _present = Next();
            _used = 0;
            _count++;
        }
        var piece = new Piece(_present, _used, length);
        _present.Live++;
        _used += length;
        return piece;
    }

    public void Return(in Piece piece)
    {
        var segment = piece.Segment;
        if (--segment.Live > 0)
            return;
        if (segment == _present)
            _present = null;
        _count--;
        _spare.Push(segment);
        if (!keepsSpare)
            Trim();
    }

    /// <summary>Gives arrays that are not in use back to the pool.</summary>
    public void Trim()
    {
        while (_spare.TryPop(out var segment))
        {
            ArrayPool<byte>.Shared.Return(segment.Bytes);
            segment.Bytes = [];
            _hollow.Push(segment);
        }
    }

    private Segment Next()
    {
        if (_spare.TryPop(out var spare))
            return spare;
        if (!_hollow.TryPop(out var segment))
            segment = new Segment();
        segment.Bytes = ArrayPool<byte>.Shared.Rent(Size);
        return segment;
    }
}
