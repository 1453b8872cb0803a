using Postern.Server.Audit;
using Postern.Server.Recordings.Delivery;
using Postern.Server.Recordings.Search;

namespace Postern.Server.Recordings;

/// <summary>Takes a recording away for good: its row, its file, its lines in the search index, and what is not delivered yet.</summary>
internal sealed class RecordingRemoval(RecordingStore store, RecordingFolder folder, DeliveryStore deliveries, SearchIndexer index, AuditLog audit)
{
    /// <summary>The row first: a recording that was put on hold at this moment keeps both. False: it is held, open, or gone.</summary>
    /// <param name="row">Which one.</param>
    /// <param name="principal">Who takes it away.</param>
    /// <param name="reason">Why, for the audit log.</param>
    /// <param name="cancellationToken">Gives up before anything is removed.</param>
    public async Task<bool> RemoveAsync(RecordingRow row, AuditPrincipal principal, string reason, CancellationToken cancellationToken)
    {
        if (!await store.DeleteAsync(row.SessionId, cancellationToken))
            return false;
        folder.Delete(row.Path);
        await index.ForgetAsync(row.SessionId);
        await deliveries.RemoveAsync(row.SessionId, CancellationToken.None);
        audit.Record(new AuditEvent
        {
            Service = "postern",
            Name = "RecordingRemoved",
            Type = AuditEvent.ServiceEvent,
            Principal = principal,
            Details = [new("sessionId", row.SessionId), new("reason", reason), new("hash", row.Hash)],
        });
        return true;
    }
}
