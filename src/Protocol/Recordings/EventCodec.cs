namespace Postern.Protocol.Recordings;

/// <summary>
/// An event in a chunk: kind (1 byte), microseconds since the event before (the first: since the chunk's time) and length of the body, both as
/// varints (7 bits a byte, low first), then the body.
/// </summary>
public static class EventCodec
{
    private const int MaxVarint = 10;
    /// <summary>Most that an event has more than its body.</summary>
    public const int MaxOverhead = 1 + 2 * MaxVarint;

    /// <summary>Returns the bytes written; the destination has room for the body and <see cref="MaxOverhead"/>.</summary>
    public static int Write(Span<byte> destination, RecordingEventKind kind, long elapsed, ReadOnlySpan<byte> body)
    {
        destination[0] = (byte)kind;
        var at = 1;
        at += WriteVarint(destination[at..], elapsed);
        at += WriteVarint(destination[at..], body.Length);
        body.CopyTo(destination[at..]);
        return at + body.Length;
    }

    private static int WriteVarint(Span<byte> destination, long value)
    {
        var rest = (ulong)value;
        var count = 0;
        while (rest >= 0x80)
        {
            destination[count++] = (byte)(rest | 0x80);
            rest >>= 7;
        }
        destination[count++] = (byte)rest;
        return count;
    }

    internal static bool TryReadVarint(ref ReadOnlySpan<byte> source, out long value)
    {
        value = 0;
        for (var i = 0; i < source.Length && i < MaxVarint - 1; i++)
        {
            value |= (long)(source[i] & 0x7F) << (7 * i);
            if (source[i] >= 0x80)
                continue;
            source = source[(i + 1)..];
            return true;
        }
        return false;
    }
}

/// <summary>Goes through the events of a chunk: <c>while (events.MoveNext())</c>.</summary>
/// <param name="chunk">Its header.</param>
/// <param name="events">Opened.</param>
public ref struct EventReader(ChunkHeader chunk, ReadOnlySpan<byte> events)
{
    private ReadOnlySpan<byte> _rest = events;
    private long _time = chunk.Time;

    public RecordingEvent Current { get; private set; }

    /// <exception cref="RecordingDamagedException">What stands there is no event: the gateway's own mistake, for the chunk was sealed so.</exception>
    public bool MoveNext()
    {
        if (_rest.IsEmpty)
            return false;
        var rest = _rest[1..];
        if (!EventCodec.TryReadVarint(ref rest, out var elapsed) || !EventCodec.TryReadVarint(ref rest, out var length) || length > rest.Length)
            throw new RecordingDamagedException(chunk.Index, $"Chunk {chunk.Index} holds an event that is cut off.");
        _time += elapsed;
        Current = new RecordingEvent { Kind = (RecordingEventKind)_rest[0], Time = _time, Body = rest[..(int)length] };
        _rest = rest[(int)length..];
        return true;
    }
}
