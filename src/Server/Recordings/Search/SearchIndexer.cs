using System.Collections.Concurrent;
using Postern.Protocol.Recordings;

namespace Postern.Server.Recordings.Search;

/// <summary>
/// Keeps the index up to the recordings of this gateway: those that are written, every few seconds; those that ended, once; and forgets those that were removed. The table
/// is not read for what ended: that is told, and all of it is compared with the index at the start and now and then.
/// </summary>
internal sealed class SearchIndexer(
    SearchIndex index, RecordingStore store, RecordingCatalog catalog, RecordingFolder folder, RecordingKeys keys, IndexLimits limits, IndexPace pace, TimeProvider time, ILogger<SearchIndexer> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3), ComparisonInterval = TimeSpan.FromMinutes(10), Rest = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<string, IndexedRecording> _open = new(StringComparer.Ordinal);
    // Damaged ones, which are not tried again before the next start.
    private readonly HashSet<string> _given = new(StringComparer.Ordinal);
    private readonly HashSet<string> _complete = new(StringComparer.Ordinal);
    // Those that ended and are not in the index whole, by their start; and those of them that are being read.
    private readonly SortedSet<(long StartedAt, string SessionId)> _ended = [];
    private readonly List<string> _reading = [];
    private readonly ConcurrentQueue<(long StartedAt, string SessionId)> _told = [];
    private IReadOnlyList<RecordingRow> _live = [];
    // One recording at a time: one that is deleted is not written at that moment.
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Takes a recording out that was removed. When that fails, it is tried again some time later.</summary>
    public async Task ForgetAsync(string sessionId)
    {
        await _turn.WaitAsync();
        try
        {
            if (_open.Remove(sessionId, out var indexed))
                indexed.Dispose();
            await index.RemoveAsync(sessionId, CancellationToken.None);
            _complete.Remove(sessionId);
        }
        catch (Exception e) when (e is System.Data.Common.DbException or IOException)
        {
            log.IndexFailed(e);
        }
        finally
        {
            _turn.Release();
        }
    }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        catalog.Observe((row, _) =>
        {
            _told.Enqueue((row.StartedAt, row.SessionId));
            return Task.CompletedTask;
        });
        return base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _turn.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        bool begun = false, more = false;
        long? compared = null;
        var listed = 0L;
        try
        {
            do
            {
                try
                {
                    if (!begun)
                    {
                        await index.OpenAsync(stoppingToken);
                        _complete.UnionWith(await index.CompleteAsync(stoppingToken));
                        begun = true;
                    }
                    if (compared is not { } before || time.GetElapsedTime(before) >= ComparisonInterval)
                    {
                        await CompareAsync(stoppingToken);
                        compared = time.GetTimestamp();
                    }
                    if (!more || time.GetElapsedTime(listed) >= Interval)
                        (_live, listed) = (await store.ListOpenAsync(folder.Gateway, stoppingToken), time.GetTimestamp());
                    more = false;
                    more = await CatchUpAsync(stoppingToken);
                }
                catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
                {
                    log.IndexFailed(e);
                }
            }
            while (more ? await RestAsync(stoppingToken) : await timer.WaitForNextTickAsync(stoppingToken));
        }
        finally
        {
            foreach (var indexed in _open.Values)
                indexed.Dispose();
        }
    }

    private async Task<bool> RestAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Rest, time, cancellationToken);
        return true;
    }

    /// <summary>Reads on in recordings that are not in the index whole, a turn in each: first those that ended, of which the newest come first. True: one has more to read.</summary>
    private async Task<bool> CatchUpAsync(CancellationToken cancellationToken)
    {
        while (_told.TryDequeue(out var told))
            _ended.Add(told);
        while (_reading.Count < limits.MaxEnded && _ended.Count > 0)
        {
            var newest = _ended.Max;
            _reading.Add(newest.SessionId);
            _ended.Remove(newest);
        }
        foreach (var sessionId in _reading.ToList())
            if (!await TurnAsync(sessionId, null, cancellationToken))
                _reading.Remove(sessionId);
        var more = false;
        foreach (var row in _live)
            more |= await TurnAsync(row.SessionId, row, cancellationToken);
        return more || _reading.Count + _ended.Count > 0;
    }

    /// <summary>True: its turn was over before it was read.</summary>
    /// <param name="sessionId">Whose recording.</param>
    /// <param name="live">Its row when it has no end; null: it has one.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    private async Task<bool> TurnAsync(string sessionId, RecordingRow? live, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        var began = time.GetTimestamp();
        bool more;
        try
        {
            more = !_complete.Contains(sessionId) && !_given.Contains(sessionId) && await ReadOnAsync(sessionId, live, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
        await pace.RestAsync(time.GetElapsedTime(began), cancellationToken);
        return more;
    }

    /// <summary>True: its turn was over before it was read.</summary>
    private async Task<bool> ReadOnAsync(string sessionId, RecordingRow? live, CancellationToken cancellationToken)
    {
        if (!_open.TryGetValue(sessionId, out var indexed))
        {
            // Live ones leave room for those that ended: their own end comes.
            if (live is not null && _open.Count >= limits.MaxLive)
                return false;
            if ((live ?? await store.FindAsync(sessionId, cancellationToken)) is not { } row || folder.OpenRead(row.Path) is not { } file)
                return false; // removed meanwhile
            indexed = _open[sessionId] = new IndexedRecording(index, row, file, time);
        }
        try
        {
            if (await indexed.ReadOnAsync(keys.SealingKey, cancellationToken))
                _complete.Add(sessionId);
            else if (live is not null || indexed.HasMore)
                return indexed.HasMore;
            else
                GiveUp(sessionId, "The file ends before the recording does.");
        }
        catch (Exception e) when (e is RecordingDamagedException or not (OperationCanceledException or System.Data.Common.DbException or IOException))
        {
            // Damaged, or such that it cannot be read: the others are.
            GiveUp(sessionId, e.Message);
        }
        _open.Remove(sessionId);
        indexed.Dispose();
        return false;
    }

    private void GiveUp(string sessionId, string why)
    {
        _given.Add(sessionId);
        log.NotIndexed(sessionId, why);
    }

    /// <summary>Finds what ended and nobody told of, which may be all there is, and forgets what was removed.</summary>
    private async Task CompareAsync(CancellationToken cancellationToken)
    {
        var rows = await store.ListStatesAsync(folder.Gateway, cancellationToken);
        var there = rows.Select(row => row.SessionId).ToHashSet(StringComparer.Ordinal);
        List<string> gone;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            gone = [.. _complete.Where(id => !there.Contains(id))];
            _ended.UnionWith(rows.Where(row => row.State != RecordingRow.Open && !_complete.Contains(row.SessionId) && !_given.Contains(row.SessionId)).Select(row => (row.StartedAt, row.SessionId)));
        }
        finally
        {
            _turn.Release();
        }
        foreach (var id in gone)
            await ForgetAsync(id);
    }
}
