using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Postern.Protocol.Recordings.Exports;

/// <summary>
/// A connection, a gap or a note as a line to read and to search: <c>#2 closed after 1.2 s, 1020 bytes to the node, 2445 to the client: Connection reset by peer</c>.
/// </summary>
public static class EventLine
{
    /// <param name="kind">Flow, Gap or Note; the line of anything else is its text.</param>
    /// <param name="body">The event's JSON. What is none, or of a later version, is given back, on one line.</param>
    public static string Of(RecordingEventKind kind, ReadOnlySpan<byte> body) => PlainLine.Of(Read(kind, body) is { Length: > 0 } line ? line : Encoding.UTF8.GetString(body));

    /// <summary>12.345 ms, 1.2 s, 01:02:03.</summary>
    /// <param name="microseconds">Not negative.</param>
    public static string Span(long microseconds) => microseconds switch
    {
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{microseconds / 1000.0:0.###} ms"),
        < 60_000_000 => string.Create(CultureInfo.InvariantCulture, $"{microseconds / 1_000_000.0:0.###} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{microseconds / 3_600_000_000:00}:{microseconds / 60_000_000 % 60:00}:{microseconds / 1_000_000 % 60:00}"),
    };

    /// <summary>1 row, 2 rows.</summary>
    public static string Count(long number, string word) => string.Create(CultureInfo.InvariantCulture, $"{number} {word}{(number == 1 ? "" : "s")}");

    private static string? Read(RecordingEventKind kind, ReadOnlySpan<byte> body)
    {
        try
        {
            return kind switch
            {
                RecordingEventKind.Flow => Line(JsonSerializer.Deserialize(body, RecordingsJsonContext.Default.RecordingFlow)),
                RecordingEventKind.Gap => Line(JsonSerializer.Deserialize(body, RecordingsJsonContext.Default.RecordingGap)),
                RecordingEventKind.Note => JsonSerializer.Deserialize(body, RecordingsJsonContext.Default.RecordingNote)?.Text,
                _ => null,
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Line(RecordingFlow? flow)
    {
        var why = flow?.Reason is { Length: > 0 } reason ? $": {reason}" : "";
        return flow?.Event switch
        {
            RecordingFlow.Opened => string.Create(CultureInfo.InvariantCulture, $"#{flow.Connection} opened to {flow.Host}:{flow.Port}{why}"),
            RecordingFlow.Closed => string.Create(CultureInfo.InvariantCulture,
                $"#{flow.Connection} closed after {Span(Math.Max(0, flow.Lasted ?? 0))}, {Count(flow.ToNode ?? 0, "byte")} to the node, {flow.ToClient ?? 0} to the client{why}"),
            _ => null,
        };
    }

    private static string? Line(RecordingGap? gap)
    {
        if (gap is null)
            return null;
        var what = gap.Messages == 0 ? "" : gap.From is null or "" ? $" of {Count(gap.Messages, "message")}" : $" of {Count(gap.Messages, "message")} of the {gap.From}";
        return $"gap{what}: {gap.Reason}";
    }
}
