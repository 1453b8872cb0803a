using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Postern.Protocol.Recordings.Exports;

/// <summary>asciicast version 2, as asciinema plays it: output, input, sizes, and marks for gaps and notes.</summary>
internal sealed class AsciicastExport(RecordingFacts facts) : RecordingExport
{
    private const int DefaultColumns = 80, DefaultRows = 24;
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly Utf8Pieces _output = new(), _input = new();
    // The size stands in the first line: it waits for what comes before the first output.
    private (int Columns, int Rows)? _size;
    private bool _begun;
    private long _last;

    public override void Write(RecordingEvent recorded, IBufferWriter<byte> output)
    {
        _last = recorded.Time;
        switch (recorded.Kind)
        {
            case RecordingEventKind.Output:
                Line(output, recorded.Time, "o", _output.Next(recorded.Body));
                break;
            case RecordingEventKind.Input:
                Line(output, recorded.Time, "i", _input.Next(recorded.Body));
                break;
            case RecordingEventKind.Resize when TryReadSize(recorded.Body, out var columns, out var rows):
                if (!_begun && _size is null)
                    _size = (columns, rows);
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
        Begin(output);
        Line(output, _last, "o", _output.Next([], last: true));
        Line(output, _last, "i", _input.Next([], last: true));
    }

    private void Begin(IBufferWriter<byte> output)
    {
        if (_begun)
            return;
        _begun = true;
        var size = _size ?? (DefaultColumns, DefaultRows);
        using (var json = new Utf8JsonWriter(output, Options))
        {
            json.WriteStartObject();
            json.WriteNumber("version", 2);
            json.WriteNumber("width", size.Item1);
            json.WriteNumber("height", size.Item2);
            json.WriteNumber("timestamp", facts.StartedAt / 1000);
            json.WriteString("title", $"{facts.SessionId} on {facts.Node}");
            json.WriteStartObject("env");
            json.WriteString("TERM", "xterm-256color");
            json.WriteEndObject();
            json.WriteEndObject();
        }
        output.Write("\n"u8);
    }

    private void Line(IBufferWriter<byte> output, long time, string kind, ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return;
        Begin(output);
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
