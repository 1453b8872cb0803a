using Postern.Protocol.Recordings;

namespace Postern.Server.Recordings;

/// <summary>Looks after files that nobody writes any more: gives an end to one that has none, and makes the row of one from what it says.</summary>
internal sealed class RecordingRepair(RecordingFolder folder, RecordingKeys keys, TimeProvider time)
{
    /// <summary>The row as it should be. Null: there is no file, or nothing whole in it.</summary>
    /// <exception cref="RecordingDamagedException">The file is not as it was left; it stays so.</exception>
    public async Task<RecordingRow?> CloseAsync(RecordingRow row, CancellationToken cancellationToken)
    {
        var (end, hash, bytes) = await FindEndAsync(row.Path, cancellationToken);
        if (end is null)
        {
            if (await folder.ContinueAsync(row.Path, keys, cancellationToken) is not { } start)
                return null;
            using var file = start.File;
            end = new RecordingEnd
            {
                EndedAt = Math.Max(row.StartedAt + start.Time / 1000, new DateTimeOffset(File.GetLastWriteTimeUtc(folder.Full(row.Path))).ToUnixTimeMilliseconds()),
                Reason = "The gateway did not see the session's end.",
                Unfinished = true,
                Events = start.Totals.Events,
                InputBytes = start.Totals.InputBytes,
                OutputBytes = start.Totals.OutputBytes,
                Gaps = start.Totals.Gaps,
            };
            file.End(end, start.Time);
            file.Flush();
            (hash, bytes) = (file.Hash, file.Length);
        }
        row.State = end.Unfinished ? RecordingRow.Unfinished : RecordingRow.Complete;
        (row.EndedAt, row.EndReason, row.Bytes, row.Hash) = (end.EndedAt, end.Reason, bytes, hash);
        (row.Events, row.InputBytes, row.OutputBytes, row.Gaps) = (end.Events, end.InputBytes, end.OutputBytes, end.Gaps);
        return row;
    }

    /// <summary>The row of one whose file cannot be given an end; it has no hash.</summary>
    public RecordingRow WithoutEnd(RecordingRow row, string fault)
    {
        var file = new FileInfo(folder.Full(row.Path));
        (row.State, row.EndedAt, row.EndReason) = (RecordingRow.Unfinished, time.GetUtcNow().ToUnixTimeMilliseconds(), fault);
        (row.Bytes, row.Hash) = (file.Exists ? file.Length : 0, null);
        return row;
    }

    /// <summary>Files of the last two days on which there are any, that were written shortly before the last one was and that the table does not have: the gateway was killed between the two.</summary>
    public async Task<IReadOnlyList<RecordingRow>> FindUnlistedAsync(RecordingStore store, CancellationToken cancellationToken)
    {
        var found = new List<RecordingRow>();
        foreach (var path in Newest())
            if (await ReadFactsAsync(path, cancellationToken) is { } facts && await store.FindAsync(facts.SessionId, cancellationToken) is null)
                found.Add(new RecordingRow
                {
                    SessionId = facts.SessionId,
                    Gateway = folder.Gateway,
                    Path = path,
                    State = RecordingRow.Open,
                    Kind = facts.Kind,
                    Mode = facts.Mode,
                    OwnerArn = facts.Owner,
                    OwnerId = facts.OwnerId,
                    NodeId = facts.Node,
                    DocumentName = facts.Document,
                    StartedAt = facts.StartedAt,
                });
        return found;
    }

    private const int Days = 2, MaxFiles = 10_000;
    private static readonly TimeSpan Lately = TimeSpan.FromMinutes(1);

    private IEnumerable<string> Newest()
    {
        if (!Directory.Exists(folder.Root))
            return [];
        var days = Subfolders(folder.Root).SelectMany(Subfolders).SelectMany(Subfolders).Take(Days);
        var files = days.SelectMany(day => new DirectoryInfo(day).EnumerateFiles("*" + RecordingFolder.Extension)).Take(MaxFiles).ToList();
        var last = files.Select(file => file.LastWriteTimeUtc).DefaultIfEmpty(time.GetUtcNow().UtcDateTime).Max();
        return files.Where(file => file.LastWriteTimeUtc >= last - Lately).Select(file => Path.GetRelativePath(folder.Root, file.FullName).Replace(Path.DirectorySeparatorChar, '/'));
    }

    private static IEnumerable<string> Subfolders(string path) => Directory.EnumerateDirectories(path).OrderDescending(StringComparer.Ordinal);

    private async Task<RecordingFacts?> ReadFactsAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = folder.OpenRead(path);
        try
        {
            return file is null ? null : (await RecordingHeader.ReadAsync(file, cancellationToken)).Facts;
        }
        catch (RecordingDamagedException)
        {
            return null; // not even its header was whole: nothing is in it
        }
    }

    private async Task<(RecordingEnd? End, string Hash, long Bytes)> FindEndAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = folder.OpenRead(path);
        if (file is null || file.Length == 0)
            return default;
        using var reader = await keys.OpenAsync(file, RecordingFolder.SessionOf(path), cancellationToken);
        while (await reader.ReadChunkAsync(cancellationToken))
            continue;
        return (reader.End, Convert.ToHexStringLower(reader.Hash.Span), reader.Read.Bytes);
    }
}
