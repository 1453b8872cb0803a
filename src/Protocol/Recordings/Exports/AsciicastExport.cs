using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Postern.Protocol.Recordings.Exports;

/// <summary>asciicast version 2, as asciinema plays it: output, input, sizes, and marks for gaps and notes.</summary>
internal sealed class AsciicastExport(RecordingFacts facts) : RecordingExport
{
    private const int DefaultColumns = 80, DefaultRows = 24, MaxHeld = 256 * 1024;
    /// <summary>Microseconds. A client says its size with its first message, which a shell's first output may overtake.</summary>
    private const long SizeDue = 3_000_000;
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly Utf8Pieces _output = new(), _input = new();
    // The size stands in the first line, which waits for it, and so does what comes before it.
    private readonly ArrayBufferWriter<byte> _held = new();
    private bool _begun;
    private long _last;

    public override void Write(RecordingEvent recorded, IBufferWriter<byte> output)
    {
        _last = recorded.Time;
        if (!_begun && (_last > SizeDue || _held.WrittenCount > MaxHeld))
            Begin(output, DefaultColumns, DefaultRows);
        switch (recorded.Kind)
        {
            case RecordingEventKind.Output:
                Line(output, recorded.Time, "o", _output.Next(recorded.Body));
                break;
            case RecordingEventKind.Input:
                Line(output, recorded.Time, "i", _input.Next(recorded.Body));
                break;
            case RecordingEventKind.Resize when TryReadSize(recorded.Body, out var columns, out var rows):
                if (!_begun)
                    Begin(output, columns, rows);
                else
                    Line(output, recorded.Time, "r", recorded.Text);
                break;
            case RecordingEventKind.Gap:
                Line(output, recorded.Time, "m", $"gap: {Member(recorded.Body, "reason")}");
                break;
            case RecordingEventKind.Note:
                Line(output, recorded.Time, "m", Member(recorded.Body, "text"));
                break;
        }
    }

    public override void End(RecordingEnd? end, IBufferWriter<byte> output)
    {
        if (!_begun)
            Begin(output, DefaultColumns, DefaultRows);
        Line(output, _last, "o", _output.Next([], last: true));
        Line(output, _last, "i", _input.Next([], last: true));
    }

    private void Begin(IBufferWriter<byte> output, int columns, int rows)
    {
        _begun = true;
        using (var json = new Utf8JsonWriter(output, Options))
        {
            json.WriteStartObject();
            json.WriteNumber("version", 2);
            json.WriteNumber("width", columns);
            json.WriteNumber("height", rows);
            json.WriteNumber("timestamp", facts.StartedAt / 1000);
            json.WriteString("title", $"{facts.SessionId} on {facts.Node}");
            json.WriteStartObject("env");
            json.WriteString("TERM", "xterm-256color");
            json.WriteEndObject();
            json.WriteEndObject();
        }
        output.Write("\n"u8);
        output.Write(_held.WrittenSpan);
        _held.Clear();
    }

    private void Line(IBufferWriter<byte> output, long time, string kind, ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return;
        if (!_begun)
            output = _held;
        using (var json = new Utf8JsonWriter(output, Options))
        {
            json.WriteStartArray();
            json.WriteNumberValue(time / 1_000_000m);
            json.WriteStringValue(kind);
            json.WriteStringValue(text);
            json.WriteEndArray();
        }
        output.Write("\n"u8);
    }

    private static string Member(ReadOnlySpan<byte> body, string name)
    {
        var reader = new Utf8JsonReader(body);
        try
        {
            using var json = JsonDocument.ParseValue(ref reader);
            return json.RootElement.TryGetProperty(name, out var value) ? value.ToString() : "";
        }
        catch (JsonException)
        {
            return ""; // of a later version
        }
    }
}
