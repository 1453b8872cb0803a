using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Postern.Protocol.Audit;

/// <summary>
/// An exported log: a line of JSON for each entry, in order; marks are lines of their own (the base first, the head last). Records stand in it as the
/// JSON they are and must keep every byte.
/// </summary>
public static class AuditLine
{
    /// <summary>Longest line, characters.</summary>
    public const int MaxLength = 1024 * 1024;

    public static string Write(AuditMark mark) => Write(json =>
    {
        json.WriteString("mark", mark.Name);
        json.WriteNumber("sequence", mark.Sequence);
        json.WriteString("hash", mark.Hash);
        json.WriteString("signature", mark.Signature);
    });

    public static string Write(AuditEntry entry) => Write(json =>
    {
        json.WriteNumber("sequence", entry.Sequence);
        json.WriteNumber("time", entry.Time);
        json.WriteString("eventId", entry.EventId);
        json.WriteString("eventName", entry.EventName);
        json.WriteString("eventSource", entry.EventSource);
        json.WriteString("userName", entry.UserName);
        json.WriteString("accessKeyId", entry.AccessKeyId);
        json.WriteString("resources", entry.Resources);
        json.WriteBoolean("readOnly", entry.ReadOnly);
        json.WriteString("errorCode", entry.ErrorCode);
        json.WriteString("previous", entry.Previous);
        json.WriteString("hash", entry.Hash);
        json.WritePropertyName("record");
        json.WriteRawValue(Embeddable(entry.Record), skipInputValidation: false);
    });

    /// <summary>Either an entry or a mark.</summary>
    /// <exception cref="FormatException">The line is neither; the message says why.</exception>
    public static (AuditEntry? Entry, AuditMark? Mark) Read(string line)
    {
        if (line.Length > MaxLength)
            throw new FormatException($"The line has {line.Length} characters; lines of an audit log have at most {MaxLength}.");
        try
        {
            using var parsed = JsonDocument.Parse(line);
            var root = parsed.RootElement;
            if (root.TryGetProperty("mark", out var name))
                return (null, new AuditMark(name.GetString() ?? "", Number("sequence"), Text("hash"), Text("signature")));
            var record = root.GetProperty("record");
            return (new AuditEntry
            {
                Sequence = Number("sequence"),
                Time = Number("time"),
                EventId = Text("eventId"),
                EventName = Text("eventName"),
                EventSource = Text("eventSource"),
                UserName = Text("userName"),
                AccessKeyId = Text("accessKeyId"),
                Resources = Text("resources"),
                ReadOnly = root.GetProperty("readOnly").GetBoolean(),
                ErrorCode = Text("errorCode"),
                Previous = Text("previous"),
                Hash = Text("hash"),
                Record = record.ValueKind == JsonValueKind.String ? record.GetString()! : record.GetRawText(),
            }, null);

            string Text(string member) => root.GetProperty(member).GetString() ?? throw new FormatException($"The member {member} is null.");
            long Number(string member) => root.GetProperty(member).GetInt64();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException($"The line is no entry of an audit log: {e.Message}", e);
        }
    }

    // A record that somebody damaged is no JSON any more: it is shown as a text, so that the rest can be read.
    private static string Embeddable(string record)
    {
        try
        {
            using var parsed = JsonDocument.Parse(record);
            return parsed.RootElement.ValueKind == JsonValueKind.Object && !record.Contains('\n') ? record : Quoted(record);
        }
        catch (JsonException)
        {
            return Quoted(record);
        }
    }

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private static string Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
