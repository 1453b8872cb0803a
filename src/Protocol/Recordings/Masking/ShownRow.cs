using System.Runtime.InteropServices;

namespace Postern.Protocol.Recordings.Masking;

/// <summary>The text shown since the last end of a line, its end at least.</summary>
internal sealed class ShownRow
{
    private const int Kept = 4096;
    /// <summary>A single character ends too many rows by chance.</summary>
    private const int MinLine = 2;

    private readonly List<byte> _text = [];
    private long _dropped;

    /// <summary>Where the next byte will stand.</summary>
    public long End => _dropped + _text.Count;

    public void Clear()
    {
        _text.Clear();
        _dropped = 0;
    }

    public void Add(byte b)
    {
        if (_text.Count == 2 * Kept)
        {
            _text.RemoveRange(0, Kept);
            _dropped += Kept;
        }
        _text.Add(b);
    }

    public void Back() => Characters.RemoveLast(_text);

    /// <summary>At the right margin readline writes a space and goes back to begin the next row of the screen: it belongs to nothing.</summary>
    public void CarriageReturn()
    {
        if (_text is [.., (byte)' '])
            _text.RemoveAt(_text.Count - 1);
    }

    /// <summary>Whether the row ends in this line, shown at <paramref name="from"/> at the earliest. Spaces at the ends do not count.</summary>
    public bool EndsIn(ReadOnlySpan<byte> line, long from)
    {
        line = line.TrimEnd((byte)' ');
        var row = ((ReadOnlySpan<byte>)CollectionsMarshal.AsSpan(_text)).TrimEnd((byte)' ');
        return line.Length >= MinLine && row.EndsWith(line) && _dropped + row.Length - line.Length >= from;
    }
}
