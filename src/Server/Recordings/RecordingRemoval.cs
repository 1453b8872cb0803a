using Postern.Server.Audit;
using Postern.Server.Recordings.Delivery;
using Postern.Server.Recordings.Search;
using Postern.Server.Settings;

namespace Postern.Server.Recordings;

/// <summary>
/// Takes a recording away for good: its file, its lines in the search index, what is not delivered yet, and its row. The row says first that it is so, and goes last: what a failure or a
/// killed gateway leaves is finished by <see cref="FinishAsync"/>.
/// </summary>
internal sealed class RecordingRemoval(RecordingStore store, RecordingFolder folder, DeliveryStore deliveries, SearchIndexer index, AuditLog audit, ServerOptions options, ILogger<RecordingRemoval> log) : IDisposable
{
    // One at a time, so that what is under way is not finished by somebody else.
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>A recording that was put on hold at this moment keeps everything. False: it is held, open, or gone.</summary>
    /// <param name="row">Which one.</param>
    /// <param name="principal">Who takes it away.</param>
    /// <param name="reason">Why, for the audit log.</param>
    /// <param name="cancellationToken">Gives up before anything is removed.</param>
    public async Task<bool> RemoveAsync(RecordingRow row, AuditPrincipal principal, string reason, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!await store.BeginRemovalAsync(row.SessionId, reason, cancellationToken))
                return false;
            Record(row, principal, reason); // whatever comes now: it will be gone
            await TakeAwayAsync(row);
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Finishes what was begun and not finished. The audit log may have it twice then.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            foreach (var row in await store.ListRemovedAsync(options.Name, cancellationToken))
                await FinishAsync(row);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task FinishAsync(RecordingRow row)
    {
        try
        {
            await TakeAwayAsync(row);
            Record(row, AuditPrincipal.Gateway(options.Account), $"{row.Removal} Its removal was begun before, and is finished.");
        }
        catch (Exception e)
        {
            log.RemovalFailed(row.SessionId, e); // tried again; the others are finished
        }
    }

    private async Task TakeAwayAsync(RecordingRow row)
    {
        folder.Delete(row.Path);
        await index.ForgetAsync(row.SessionId);
        await deliveries.RemoveAsync(row.SessionId, CancellationToken.None);
        await store.DeleteAsync(row.SessionId, CancellationToken.None);
    }

    private void Record(RecordingRow row, AuditPrincipal principal, string reason) => audit.Record(new AuditEvent
    {
        Service = "postern",
        Name = "RecordingRemoved",
        Type = AuditEvent.ServiceEvent,
        Principal = principal,
        Details = [new("sessionId", row.SessionId), new("reason", reason), new("hash", row.Hash)],
    });
}
