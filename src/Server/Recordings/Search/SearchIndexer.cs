using Postern.Protocol.Recordings;
using Postern.Server.Storage;

namespace Postern.Server.Recordings.Search;

/// <summary>Keeps the index up to the recordings of this gateway: those that are written, every few seconds; those that ended, once; and forgets those that were removed.</summary>
internal sealed class SearchIndexer(SearchIndex index, RecordingFolder folder, RecordingKeys keys, Database database, TimeProvider time, ILogger<SearchIndexer> log) : BackgroundService
{
    private const int MaxOpen = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3), RemovalInterval = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, IndexedRecording> _open = new(StringComparer.Ordinal);
    // Damaged ones, which are not tried again before the next start.
    private readonly HashSet<string> _given = new(StringComparer.Ordinal);
    private HashSet<string> _complete = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        bool begun = false;
        var removed = time.GetTimestamp();
        try
        {
            do
            {
                try
                {
                    if (!begun)
                    {
                        await index.OpenAsync(stoppingToken);
                        _complete = await index.CompleteAsync(stoppingToken);
                        begun = true;
                    }
                    await CatchUpAsync(stoppingToken);
                    if (time.GetElapsedTime(removed) < RemovalInterval)
                        continue;
                    removed = time.GetTimestamp();
                    await ForgetRemovedAsync(stoppingToken);
                }
                catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
                {
                    log.IndexFailed(e);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        finally
        {
            foreach (var indexed in _open.Values)
                indexed.Dispose();
        }
    }

    /// <summary>Reads on in every recording that is not in the index whole.</summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync<RecordingRow>($"SELECT {RecordingRow.Columns} FROM recordings WHERE gateway = @gateway ORDER BY started_at DESC", new { gateway = Recorder.GatewayName }, cancellationToken);
        foreach (var row in rows.Where(row => !_complete.Contains(row.SessionId) && !_given.Contains(row.SessionId)))
        {
            if (!_open.TryGetValue(row.SessionId, out var indexed))
            {
                if (_open.Count >= MaxOpen || folder.OpenRead(row.Path) is not { } file)
                    continue;
                indexed = _open[row.SessionId] = new IndexedRecording(index, row, file);
            }
            try
            {
                if (!await indexed.ReadOnAsync(keys.SealingKey, cancellationToken))
                    continue;
                _complete.Add(row.SessionId);
            }
            catch (RecordingDamagedException e)
            {
                _given.Add(row.SessionId);
                log.NotIndexed(row.SessionId, e.Message);
            }
            _open.Remove(row.SessionId);
            indexed.Dispose();
        }
    }

    private async Task ForgetRemovedAsync(CancellationToken cancellationToken)
    {
        var there = (await database.QueryAsync<string>("SELECT session_id FROM recordings WHERE gateway = @gateway", new { gateway = Recorder.GatewayName }, cancellationToken)).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _complete.Where(id => !there.Contains(id)).ToList())
        {
            await index.RemoveAsync(gone, cancellationToken);
            _complete.Remove(gone);
        }
    }
}
