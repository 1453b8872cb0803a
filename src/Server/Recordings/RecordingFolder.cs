using System.Globalization;
using Postern.Protocol.Recordings;
using Postern.Server.Sessions;
using Postern.Server.Settings;

namespace Postern.Server.Recordings;

/// <summary>DIR/recordings: where the files are.</summary>
internal sealed class RecordingFolder(ServerOptions options)
{
    public const string Extension = ".prec";
    private const int ProbeSize = 4096;

    /// <summary>Whose folder it is.</summary>
    public string Gateway => options.Name;

    public string Root { get; } = Path.Combine(options.Data, "recordings");

    /// <summary>YYYY/MM/DD/SESSION.prec, by the day the session began (UTC).</summary>
    public static string PathOf(SessionRow row)
        => DateTimeOffset.FromUnixTimeMilliseconds(row.StartedAt).ToString("yyyy/MM/dd/", CultureInfo.InvariantCulture) + row.Id + Extension;

    public static string SessionOf(string relative) => Path.GetFileNameWithoutExtension(relative);

    public string Full(string relative) => Path.Combine(Root, relative);

    /// <summary>A file that is not there is as good as removed.</summary>
    public void Delete(string relative)
    {
        if (Directory.Exists(Path.GetDirectoryName(Full(relative))))
            File.Delete(Full(relative));
    }

    /// <summary>Why nothing can be written; null: it can.</summary>
    /// <param name="leastFree">Bytes that must be free.</param>
    /// <param name="write">Whether to try.</param>
    public string? FaultOf(long leastFree, bool write)
    {
        try
        {
            Make(Root);
            var free = new DriveInfo(Root).AvailableFreeSpace;
            if (free < leastFree)
                return $"The disk with {Root} is full: {free / 1024} KiB are free.";
            if (!write)
                return null;
            var probe = Path.Combine(Root, $".probe.{Environment.ProcessId}");
            File.WriteAllBytes(probe, new byte[ProbeSize]);
            File.Delete(probe);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    /// <summary>Makes a folder that nobody else may look into, unless it is there.</summary>
    public static void Make(string folder)
    {
        if (Directory.Exists(folder))
            return;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

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
        using var reader = await keys.OpenAsync(file, SessionOf(relative), cancellationToken);
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
        return new RecordingStart(RecordingFile.Continue(Full(relative), keys, reader.CopyKey(), reader.Hash.Span, chunks, bytes), totals, time, last.NextInput, last.NextOutput,
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
