using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Postern.Protocol.Recordings.Exports;

/// <summary>A statement's record as a line to read and to search: <c>#3 demo@shop execute: select … → done, 5 rows, 1.2 ms</c>.</summary>
public static class StatementLine
{
    /// <param name="body">The event's JSON. What is none is given back, on one line.</param>
    public static string Of(ReadOnlySpan<byte> body) => PlainLine.Of(Read(body));

    private static string Read(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            using var document = JsonDocument.ParseValue(ref reader);
            return document.RootElement.ValueKind == JsonValueKind.Object ? Of(document.RootElement) : Encoding.UTF8.GetString(body);
        }
        catch (JsonException)
        {
            return Encoding.UTF8.GetString(body);
        }
    }

    private static string Of(JsonElement record)
    {
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"#{Number(record, "connection")} ");
        if (Text(record, "user") is { } user)
            line.Append(user).Append('@').Append(Text(record, "database") ?? "-").Append(' ');
        line.Append(Text(record, "kind"));
        if (Text(record, "name") is { } name)
            line.Append(' ').Append(name);
        if (Number(record, "cancels") is { } cancels)
            line.Append(CultureInfo.InvariantCulture, $" of #{cancels}");
        if ((Text(record, "text") ?? Text(record, "reason")) is { } text)
            line.Append(": ").Append(text);
        if (Number(record, "bytes") is { } bytes)
            line.Append(CultureInfo.InvariantCulture, $"… (cut: its beginning, of {bytes} bytes)");
        if (Number(record, "process") is { } process)
            line.Append(CultureInfo.InvariantCulture, $" process {process}");
        AppendOutcome(line, record);
        return line.ToString();
    }

    private static void AppendOutcome(StringBuilder line, JsonElement record)
    {
        var outcome = new List<string>();
        if (Text(record, "outcome") is { } word)
            outcome.Add(word);
        if (Text(record, "code") is { } code)
            outcome.Add($"{code} {Text(record, "error")}".TrimEnd());
        if (Number(record, "rows") is { } rows)
            outcome.Add(EventLine.Count(rows, "row"));
        if (Number(record, "copied") is { } copied)
            outcome.Add($"{EventLine.Count(copied, "byte")} copied");
        if (Number(record, "took") is { } took)
            outcome.Add(EventLine.Span(Math.Max(0, took)));
        if (outcome.Count > 0)
            line.Append(" → ").AppendJoin(", ", outcome);
    }

    private static string? Text(JsonElement record, string name) => record.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Number(JsonElement record, string name) => record.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;
}
