namespace Postern.Server.Recordings.Delivery;

/// <summary>
/// Recordings that are read for their logs, between two visits: each where it is. Whoever reads one has it alone, and puts it back. There is room for so many; those that
/// are visited all the time keep their places, for otherwise each would be read from its beginning at each visit.
/// </summary>
internal sealed class LogTails(TimeProvider time, int room = LogTails.Room) : IAsyncDisposable
{
    /// <summary>One takes some hundred KiB.</summary>
    public const int Room = 512;
    /// <summary>Much longer than between two visits; much longer than between two attempts.</summary>
    public static readonly TimeSpan Unused = TimeSpan.FromSeconds(30), Forgotten = TimeSpan.FromMinutes(15);

    private readonly Dictionary<string, (LogTail Tail, long Since)> _idle = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public bool IsFull
    {
        get
        {
            lock (_lock)
                return _idle.Count >= room;
        }
    }

    /// <summary>Null: it is not here.</summary>
    public LogTail? Take(string key)
    {
        lock (_lock)
            return _idle.Remove(key, out var found) ? found.Tail : null;
    }

    /// <summary>False: it is read to its end, or cannot be read on, or there is no room; it was closed.</summary>
    public async Task<bool> PutAsync(string key, LogTail tail)
    {
        LogTail? old;
        bool kept;
        lock (_lock)
        {
            old = TakeUnused();
            kept = !tail.IsOver && !tail.IsBroken && _idle.Count < room;
            if (kept)
                _idle[key] = (tail, time.GetTimestamp());
        }
        if (old is not null)
            await old.DisposeAsync();
        if (!kept)
            await tail.DisposeAsync();
        return kept;
    }

    public async ValueTask DisposeAsync()
    {
        List<LogTail> all;
        lock (_lock)
        {
            all = [.. _idle.Values.Select(entry => entry.Tail)];
            _idle.Clear();
        }
        foreach (var tail in all)
            await tail.DisposeAsync();
    }

    /// <summary>One that nobody has come back to: for long, or for a while and its place is needed. Its recording may have been removed.</summary>
    private LogTail? TakeUnused()
    {
        if (_idle.Count == 0)
            return null;
        var (key, (tail, since)) = _idle.MinBy(entry => entry.Value.Since);
        return time.GetElapsedTime(since) >= (_idle.Count >= room ? Unused : Forgotten) && _idle.Remove(key) ? tail : null;
    }
}
