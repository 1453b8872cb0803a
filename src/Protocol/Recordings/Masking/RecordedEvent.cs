using System.Text;

namespace Postern.Protocol.Recordings.Masking;

/// <summary>An event that outlives its chunk.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Time">Microseconds since the start.</param>
/// <param name="Body">Of the event alone.</param>
public sealed record RecordedEvent(RecordingEventKind Kind, long Time, byte[] Body)
{
    /// <summary>Lines of <see cref="InputMask"/> that this event has a part of and that are not decided.</summary>
    internal int Undecided { get; set; }

    public string Text => Encoding.UTF8.GetString(Body);

    public RecordingEvent AsEvent() => new() { Kind = Kind, Time = Time, Body = Body };
}
