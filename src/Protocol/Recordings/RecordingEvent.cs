using System.Text;

namespace Postern.Protocol.Recordings;

/// <summary>What an event is; the letter stands in the file.</summary>
public enum RecordingEventKind : byte
{
    /// <summary>Bytes shown to the client, of standard output and standard error alike.</summary>
    Output = (byte)'o',
    /// <summary>Bytes the client sent.</summary>
    Input = (byte)'i',
    /// <summary>The terminal's new size: 120x40, columns and rows, ASCII.</summary>
    Resize = (byte)'r',
    /// <summary>A connection was opened or closed: JSON.</summary>
    Flow = (byte)'f',
    /// <summary>A statement on a database connection: JSON.</summary>
    Statement = (byte)'s',
    /// <summary>Something passed and is not here: <see cref="RecordingGap"/>.</summary>
    Gap = (byte)'g',
    /// <summary><see cref="RecordingNote"/>.</summary>
    Note = (byte)'m',
}

/// <summary>One event, as long as its chunk is read.</summary>
public readonly ref struct RecordingEvent
{
    public RecordingEventKind Kind { get; init; }
    /// <summary>Microseconds since the start; never before that of the event before.</summary>
    public long Time { get; init; }
    public ReadOnlySpan<byte> Body { get; init; }

    public string Text => Encoding.UTF8.GetString(Body);
}
