using System.Globalization;
using Postern.Protocol.Recordings;
using Postern.Server.Sessions;
using Postern.Server.Settings;

namespace Postern.Server.Recordings;

/// <summary>DIR/recordings: where the files are.</summary>
internal sealed class RecordingFolder(ServerOptions options)
{
    public const string Extension = ".prec";

    public string Root { get; } = Path.Combine(options.Data, "recordings");

    /// <summary>YYYY/MM/DD/SESSION.prec, by the day the session began (UTC).</summary>
    public static string PathOf(SessionRow row)
        => DateTimeOffset.FromUnixTimeMilliseconds(row.StartedAt).ToString("yyyy/MM/dd/", CultureInfo.InvariantCulture) + row.Id + Extension;

    public string Full(string relative) => Path.Combine(Root, relative);

    /// <summary>Opens a file for reading, while it is written too. Null: it is not there.</summary>
    public FileStream? OpenRead(string relative)
    {
        try
        {
            return new FileStream(Full(relative), new FileStreamOptions { Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Finds out where an earlier process left off. Null: there is no file, or none of its chunks is whole.</summary>
    /// <exception cref="RecordingDamagedException">The file is not as it was left, or has its end.</exception>
    public async Task<RecordingStart?> ContinueAsync(string relative, RecordingKeys keys, CancellationToken cancellationToken)
    {
        await using var file = OpenRead(relative);
        if (file is null || file.Length == 0)
            return null;
        using var reader = await RecordingReader.OpenAsync(file, keys.SealingKey, cancellationToken);
        var (totals, time) = (default(RecordingTotals), 0L);
        var last = new ChunkHeader { NextInput = -1, NextOutput = -1 };
        while (await reader.ReadChunkAsync(cancellationToken))
        {
            last = reader.Chunk;
            Count(reader, ref totals, ref time);
        }
        if (reader.End is not null)
            throw new RecordingDamagedException(reader.Chunk.Index, "The recording has its end already.");
        var (chunks, bytes) = reader.Read;
        return new RecordingStart(RecordingFile.Continue(Full(relative), reader.CopyKey(), reader.Hash.Span, chunks, bytes), totals, time, last.NextInput, last.NextOutput,
            "The gateway was restarted; the recording goes on.");
    }

    private static void Count(RecordingReader reader, ref RecordingTotals totals, ref long time)
    {
        var events = reader.Events;
        while (events.MoveNext())
        {
            var found = events.Current;
            time = found.Time;
            totals = totals.With(found.Kind, found.Body.Length);
        }
    }
}
