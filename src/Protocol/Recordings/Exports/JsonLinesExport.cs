using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Postern.Protocol.Recordings.Exports;

/// <summary>A line of JSON for the facts, one for each event, one for the end. Bytes that are no UTF-8 are in "base64", others in "text"; other bodies are objects in "data".</summary>
internal sealed class JsonLinesExport(RecordingFacts facts) : RecordingExport
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private bool _begun;

    public override void Write(RecordingEvent recorded, IBufferWriter<byte> output)
    {
        Begin(output);
        using (var json = new Utf8JsonWriter(output, Options))
        {
            json.WriteStartObject();
            json.WriteNumber("seconds", recorded.Time / 1_000_000m);
            json.WriteString("time", DateTimeOffset.FromUnixTimeMilliseconds(facts.StartedAt).AddMicroseconds(recorded.Time).ToString("O", CultureInfo.InvariantCulture));
            json.WriteString("kind", NameOf(recorded.Kind));
            WriteBody(json, recorded);
            json.WriteEndObject();
        }
        output.Write("\n"u8);
    }

    public override void End(RecordingEnd? end, IBufferWriter<byte> output)
    {
        Begin(output);
        if (end is not null)
            Object(output, "end", JsonSerializer.SerializeToUtf8Bytes(end, RecordingsJsonContext.Default.RecordingEnd));
    }

    private void Begin(IBufferWriter<byte> output)
    {
        if (_begun)
            return;
        _begun = true;
        Object(output, "recording", JsonSerializer.SerializeToUtf8Bytes(facts, RecordingsJsonContext.Default.RecordingFacts));
    }

    private static void Object(IBufferWriter<byte> output, string kind, byte[] data)
    {
        using (var json = new Utf8JsonWriter(output, Options))
        {
            json.WriteStartObject();
            json.WriteString("kind", kind);
            json.WritePropertyName("data");
            json.WriteRawValue(data);
            json.WriteEndObject();
        }
        output.Write("\n"u8);
    }

    private static void WriteBody(Utf8JsonWriter json, RecordingEvent recorded)
    {
        if (recorded.Kind is RecordingEventKind.Flow or RecordingEventKind.Statement or RecordingEventKind.Gap or RecordingEventKind.Note)
        {
            json.WritePropertyName("data");
            json.WriteRawValue(recorded.Body);
        }
        else if (System.Text.Unicode.Utf8.IsValid(recorded.Body))
            json.WriteString("text", recorded.Body);
        else
            json.WriteBase64String("base64", recorded.Body);
    }

    private static string NameOf(RecordingEventKind kind) => kind switch
    {
        RecordingEventKind.Output => "output",
        RecordingEventKind.Input => "input",
        RecordingEventKind.Resize => "resize",
        RecordingEventKind.Flow => "flow",
        RecordingEventKind.Statement => "statement",
        RecordingEventKind.Gap => "gap",
        RecordingEventKind.Note => "note",
        _ => Encoding.ASCII.GetString([(byte)kind]),
    };
}
