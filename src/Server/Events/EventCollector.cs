using Postern.Server.Audit;

namespace Postern.Server.Events;

/// <summary>
/// Follows the audit log and puts what of it is an event into the outbox: batches, behind the calls, in the log's order. It goes on where it was, also
/// after a kill -9.
/// </summary>
internal sealed class EventCollector : BackgroundService
{
    private const int PageSize = 256;
    /// <summary>The place is noted with the events, and after so many entries that were none.</summary>
    private const int MaxUnnoted = 4096;

    private readonly AuditLog _audit;
    private readonly AuditStore _entries;
    private readonly EventOutbox _outbox;
    private readonly TimeProvider _time;
    private readonly ILogger<EventCollector> _log;
    private readonly Wake _written = new();
    private long _read, _noted;

    public EventCollector(AuditLog audit, AuditStore entries, EventOutbox outbox, TimeProvider time, ILogger<EventCollector> log)
    {
        (_audit, _entries, _outbox, _time, _log) = (audit, entries, outbox, time, log);
        _audit.Observe(_written.Set);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await EventLoop.RunAsync(_written, _time, async () =>
        {
            if (_noted == 0)
                _read = _noted = await _outbox.PositionAsync(EventOutbox.Audit, stoppingToken);
            while (await CollectAsync(stoppingToken) == PageSize)
            {
            }
        }, e => _log.CollectingFailed(e), stoppingToken);
    }

    private async Task<int> CollectAsync(CancellationToken cancellationToken)
    {
        var page = await _entries.PageAsync(_read, PageSize, cancellationToken);
        if (page.Count == 0)
            return 0;
        var events = page.Select(entry => (entry.Sequence, Event: AuditEvents.Of(entry))).Where(one => one.Event is not null).Select(one => (one.Sequence, one.Event!)).ToList();
        var last = page[^1].Sequence;
        if (events.Count > 0 || last - _noted >= MaxUnnoted)
            last = _noted = await _outbox.AppendAsync(events, last, cancellationToken);
        _read = last;
        return page.Count;
    }
}
