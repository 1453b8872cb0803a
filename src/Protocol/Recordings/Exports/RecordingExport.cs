using System.Buffers;

namespace Postern.Protocol.Recordings.Exports;

/// <summary>Writes a recording in a form that others read. Events come in their order; what a form has no place for is left out.</summary>
public abstract class RecordingExport
{
    /// <summary>The names of the forms, as people give them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["asciicast", "text", "jsonl", "raw"];

    /// <summary>Null: there is no such form.</summary>
    public static RecordingExport? Create(string name, RecordingFacts facts) => name switch
    {
        "asciicast" => new AsciicastExport(facts),
        "text" => new TextExport(facts),
        "jsonl" => new JsonLinesExport(facts),
        "raw" => new RawExport(),
        _ => null,
    };

    public abstract void Write(RecordingEvent recorded, IBufferWriter<byte> output);

    /// <summary>Writes what was kept back; nothing follows.</summary>
    /// <param name="end">Null: the recording has no end yet.</param>
    /// <param name="output">Where to.</param>
    public abstract void End(RecordingEnd? end, IBufferWriter<byte> output);

    /// <summary>The size in the body of a Resize event: 120x40.</summary>
    public static bool TryReadSize(ReadOnlySpan<byte> body, out int columns, out int rows)
    {
        rows = 0;
        return System.Buffers.Text.Utf8Parser.TryParse(body, out columns, out var length) && length < body.Length && body[length] == 'x'
            && System.Buffers.Text.Utf8Parser.TryParse(body[(length + 1)..], out rows, out var rest) && length + 1 + rest == body.Length && columns > 0 && rows > 0;
    }
}

/// <summary>The bytes that were shown, and nothing else.</summary>
internal sealed class RawExport : RecordingExport
{
    public override void Write(RecordingEvent recorded, IBufferWriter<byte> output)
    {
        if (recorded.Kind == RecordingEventKind.Output)
            output.Write(recorded.Body);
    }

    public override void End(RecordingEnd? end, IBufferWriter<byte> output)
    {
    }
}
