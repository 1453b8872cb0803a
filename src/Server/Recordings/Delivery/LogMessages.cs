using System.Text.Json;
using Postern.Protocol.Recordings;
using Postern.Server.Logs;

namespace Postern.Server.Recordings.Delivery;

/// <summary>What is put by one call.</summary>
/// <param name="Recorded">Lines of the recording that have arrived with it.</param>
internal sealed record LogBatch(IReadOnlyList<LogLine> Lines, int Recorded);

/// <summary>Lines of a recording as log services take them. Every message fits into a call, whatever is in it: one that cannot be taken would be tried for ever, and those behind it with it.</summary>
internal static class LogMessages
{
    /// <summary>Of one call, as JSON writes it: below the 1 MiB and 10,000 events of PutLogEvents, and the 256 KiB of another gateway's requests.</summary>
    public const int MaxBytes = 192 * 1024;
    /// <summary>Of a streamed message.</summary>
    private const int LinesOfAMessage = 100, CharactersOfAMessage = 16 * 1024;
    private static readonly TimeSpan MaxSpan = TimeSpan.FromHours(23);

    /// <summary>Messages, each with the lines of the recording that have arrived when it has; empty lines at the end are in none.</summary>
    /// <param name="lines">In order.</param>
    /// <param name="streamed">Of the recording when its lines go out as AWS's agent streams them; null: each as it is.</param>
    public static IEnumerable<(LogLine Message, int Recorded)> Of(IReadOnlyList<LogLine> lines, RecordingFacts? streamed)
        => streamed is null ? Plain(lines) : Parts(lines).SelectMany(part => Streamed(streamed, part));

    /// <summary>As PutLogEvents takes them.</summary>
    public static IEnumerable<LogBatch> Batches(IEnumerable<(LogLine Message, int Recorded)> messages)
    {
        List<LogLine> batch = [];
        var (bytes, recorded) = (0, 0);
        foreach (var (message, lines) in messages)
        {
            var size = SizeOf(message.Message);
            if (batch.Count > 0 && (bytes + size > MaxBytes || message.Time - batch[0].Time > (long)MaxSpan.TotalMilliseconds))
            {
                yield return new LogBatch(batch, recorded);
                (batch, bytes, recorded) = ([], 0, 0);
            }
            batch.Add(message);
            bytes += size;
            recorded += lines;
        }
        if (batch.Count > 0)
            yield return new LogBatch(batch, recorded);
    }

    /// <summary>The lines of each streamed message.</summary>
    public static IEnumerable<List<LogLine>> Parts(IReadOnlyList<LogLine> lines)
    {
        List<LogLine> part = [];
        var characters = 0;
        foreach (var line in lines)
        {
            if (part.Count == LinesOfAMessage || (part.Count > 0 && characters + line.Message.Length > CharactersOfAMessage))
            {
                yield return part;
                (part, characters) = ([], 0);
            }
            part.Add(line);
            characters += line.Message.Length;
        }
        if (part.Count > 0)
            yield return part;
    }

    private static IEnumerable<(LogLine Message, int Recorded)> Plain(IReadOnlyList<LogLine> lines)
    {
        var recorded = 0;
        foreach (var line in lines)
        {
            recorded++;
            if (line.Message.Length == 0)
                continue;
            foreach (var message in Counted(Pieces(line.Message, text => text), line.Time, recorded))
                yield return message;
            recorded = 0;
        }
    }

    private static IEnumerable<(LogLine Message, int Recorded)> Streamed(RecordingFacts facts, List<LogLine> part)
    {
        var time = part[^1].Time;
        // Several lines are never too much: their characters are counted. One may be a statement of 64 KiB, of which each quote becomes eight bytes.
        return Counted(part.Count == 1 ? Pieces(part[0].Message, text => StreamedLine.Write(facts, time, [text])) : [StreamedLine.Write(facts, time, [.. part.Select(line => line.Message)])], time, part.Count);
    }

    /// <summary>A text as messages that fit.</summary>
    private static IEnumerable<string> Pieces(string text, Func<string, string> write)
    {
        var message = write(text);
        if (text.Length < 2 || SizeOf(message) <= MaxBytes)
            return [message];
        var half = text.Length / 2;
        if (char.IsLowSurrogate(text[half]))
            half++;
        return Pieces(text[..half], write).Concat(Pieces(text[half..], write));
    }

    /// <summary>A line has arrived when the last of its pieces has.</summary>
    private static IEnumerable<(LogLine Message, int Recorded)> Counted(IEnumerable<string> pieces, long time, int recorded)
    {
        var all = pieces.ToList();
        return all.Select((piece, i) => (new LogLine(time, piece), i == all.Count - 1 ? recorded : 0));
    }

    private static int SizeOf(string message) => JsonEncodedText.Encode(message).EncodedUtf8Bytes.Length + LogStore.EventOverhead;
}
