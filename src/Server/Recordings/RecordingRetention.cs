using System.Globalization;
using Postern.Server.Audit;
using Postern.Server.Recordings.Delivery;
using Postern.Server.Settings;

namespace Postern.Server.Recordings;

/// <summary>
/// Removes recordings that are old enough and not held. One that has not arrived yet where it is to go stays, and that is said once; but not for ever: a store that nobody puts
/// right would fill the disk.
/// </summary>
internal sealed class RecordingRetention(
    RecordingStore store, RecordingRemoval removal, DeliveryStore deliveries, AuditLog audit, RetentionClock clock, RecordingLimits limits, ServerOptions options, TimeProvider time, ILogger<RecordingRetention> log)
{
    private const int MaxBatch = 100, MaxKept = 1000;

    private readonly HashSet<string> _said = new(StringComparer.Ordinal);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (options.RecordingDays == 0 || !clock.IsBelieved())
            return;
        var before = time.GetUtcNow().AddDays(-options.RecordingDays);
        await RemoveAsync(before, before - limits.LongestUndelivered, cancellationToken);
        await SayKeptAsync(before, before - limits.LongestUndelivered, cancellationToken);
    }

    private async Task RemoveAsync(DateTimeOffset before, DateTimeOffset last, CancellationToken cancellationToken)
    {
        var removed = 0;
        IReadOnlyList<RecordingRow> page;
        do
        {
            page = await store.ListEndedBeforeAsync(options.Name, before, last, MaxBatch, cancellationToken);
            foreach (var row in page)
            {
                var missing = await MissingAsync(row, cancellationToken);
                var reason = $"It was older than {options.RecordingDays} days{(missing is null ? "" : $", and {limits.LongestUndelivered.TotalDays:0} days later not delivered to {missing}")}.";
                if (!await removal.RemoveAsync(row, AuditPrincipal.Gateway(options.Account), reason, cancellationToken))
                    continue;
                removed++;
                if (missing is not null)
                    log.RemovedUndelivered(row.SessionId, missing);
            }
        }
        while (page.Count == MaxBatch);
        if (removed > 0)
            log.Removed(removed, options.RecordingDays);
    }

    private async Task SayKeptAsync(DateTimeOffset before, DateTimeOffset last, CancellationToken cancellationToken)
    {
        var kept = await store.ListUndeliveredAsync(options.Name, before, last, MaxKept, cancellationToken);
        _said.IntersectWith(kept.Select(row => row.SessionId));
        foreach (var row in kept.Where(row => !_said.Contains(row.SessionId)))
        {
            if (await MissingAsync(row, cancellationToken) is not { } missing)
                continue; // it arrived at this moment
            _said.Add(row.SessionId);
            var until = DateTimeOffset.FromUnixTimeMilliseconds(row.EndedAt!.Value).AddDays(options.RecordingDays) + limits.LongestUndelivered;
            var day = until.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            log.KeptUndelivered(row.SessionId, options.RecordingDays, missing, day);
            audit.Record(new AuditEvent
            {
                Service = "postern",
                Name = "RecordingKept",
                Type = AuditEvent.ServiceEvent,
                Principal = AuditPrincipal.Gateway(options.Account),
                Details = [new("sessionId", row.SessionId), new("reason", $"It is older than {options.RecordingDays} days and not delivered to {missing}."), new("keptUntil", day)],
            });
        }
    }

    /// <summary>Where it has not arrived, and why; null: it is wherever it is to go.</summary>
    private async Task<string?> MissingAsync(RecordingRow row, CancellationToken cancellationToken)
    {
        var open = await deliveries.ListOpenAsync(row.SessionId, cancellationToken);
        return open.Count == 0 ? null : string.Join(", ", open.Select(delivery => delivery.Error is null ? delivery.Place : $"{delivery.Place} ({delivery.Error})"));
    }
}
