using Postern.Protocol.Recordings;
using Postern.Server.Storage;

namespace Postern.Server.Recordings.Search;

/// <summary>Keeps the index up to the recordings of this gateway: those that are written, every few seconds; those that ended, once; and forgets those that were removed.</summary>
internal sealed class SearchIndexer(SearchIndex index, RecordingFolder folder, RecordingKeys keys, Database database, IndexPace pace, TimeProvider time, ILogger<SearchIndexer> log) : BackgroundService
{
    private const int MaxOpen = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3), RemovalInterval = TimeSpan.FromMinutes(10), Rest = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<string, IndexedRecording> _open = new(StringComparer.Ordinal);
    // Damaged ones, which are not tried again before the next start.
    private readonly HashSet<string> _given = new(StringComparer.Ordinal);
    private readonly HashSet<string> _complete = new(StringComparer.Ordinal);
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

    public override void Dispose()
    {
        _turn.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        bool begun = false, more = false;
        long? removed = null;
        try
        {
            do
            {
                try
                {
                    more = false;
                    if (!begun)
                    {
                        await index.OpenAsync(stoppingToken);
                        _complete.UnionWith(await index.CompleteAsync(stoppingToken));
                        begun = true;
                    }
                    more = await CatchUpAsync(stoppingToken);
                    if (removed is { } before && time.GetElapsedTime(before) < RemovalInterval)
                        continue;
                    removed = time.GetTimestamp();
                    await ForgetRemovedAsync(stoppingToken);
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

    /// <summary>Reads on in every recording that is not in the index whole, a turn in each. True: one has more to read.</summary>
    private async Task<bool> CatchUpAsync(CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<RecordingRow>($"SELECT {RecordingRow.Columns} FROM recordings WHERE gateway = @gateway ORDER BY started_at DESC", SqlParameters.Of(new { gateway = folder.Gateway }), cancellationToken);
        var more = false;
        foreach (var row in rows)
        {
            await _turn.WaitAsync(cancellationToken);
            var began = time.GetTimestamp();
            try
            {
                if (!_complete.Contains(row.SessionId) && !_given.Contains(row.SessionId))
                    more |= await ReadOnAsync(row, cancellationToken);
            }
            finally
            {
                _turn.Release();
            }
            await pace.RestAsync(time.GetElapsedTime(began), cancellationToken);
        }
        return more;
    }

    /// <summary>True: its turn was over before it was read.</summary>
    private async Task<bool> ReadOnAsync(RecordingRow row, CancellationToken cancellationToken)
    {
        if (!_open.TryGetValue(row.SessionId, out var indexed))
        {
            if (_open.Count >= MaxOpen || folder.OpenRead(row.Path) is not { } file)
                return false; // removed since the rows were read
            indexed = _open[row.SessionId] = new IndexedRecording(index, row, file, time);
        }
        try
        {
            if (!await indexed.ReadOnAsync(keys.SealingKey, cancellationToken))
                return indexed.HasMore;
            _complete.Add(row.SessionId);
        }
        catch (Exception e) when (e is RecordingDamagedException or not (OperationCanceledException or System.Data.Common.DbException or IOException))
        {
            // Damaged, or such that it cannot be read: the others are.
            _given.Add(row.SessionId);
            log.NotIndexed(row.SessionId, e.Message);
        }
        _open.Remove(row.SessionId);
        indexed.Dispose();
        return false;
    }

    private async Task ForgetRemovedAsync(CancellationToken cancellationToken)
    {
        var there = (await database.QueryAsync<string>("SELECT session_id FROM recordings WHERE gateway = @gateway", SqlParameters.Of(new { gateway = folder.Gateway }), cancellationToken)).ToHashSet(StringComparer.Ordinal);
        List<string> gone;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            gone = [.. _complete.Where(id => !there.Contains(id))];
        }
        finally
        {
            _turn.Release();
        }
        foreach (var id in gone)
            await ForgetAsync(id);
    }
}
