using Postern.Server.Events.Delivery;
using Postern.Server.Storage;

namespace Postern.Server.Events.Rules;

/// <summary>Gives each event of the outbox to the targets of the rules it matches: once, whichever gateway does it.</summary>
internal sealed class EventRouter : BackgroundService
{
    private const int PageSize = 256;

    private readonly Database _database;
    private readonly EventOutbox _outbox;
    private readonly RuleStore _rules;
    private readonly DeliveryStore _deliveries;
    private readonly TargetLanes _lanes;
    private readonly TimeProvider _time;
    private readonly ILogger<EventRouter> _log;
    private readonly Wake _wake = new();
    private RuleBook? _book;

    public EventRouter(Database database, EventOutbox outbox, RuleStore rules, DeliveryStore deliveries, TargetLanes lanes, TimeProvider time, ILogger<EventRouter> log)
    {
        (_database, _outbox, _rules, _deliveries, _lanes, _time, _log) = (database, outbox, rules, deliveries, lanes, time, log);
        _outbox.Observe(_wake.Set);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => EventLoop.RunAsync(_wake, _time, async () =>
    {
        while (await RouteAsync(stoppingToken))
        {
        }
    }, e => _log.RoutingFailed(e), stoppingToken);

    /// <summary>A page of events. False when there were none.</summary>
    private async Task<bool> RouteAsync(CancellationToken cancellationToken)
    {
        var from = await _outbox.PositionAsync(EventOutbox.Routed, cancellationToken);
        var page = await _outbox.PageAsync(from, PageSize, cancellationToken);
        if (page.Count == 0)
            return false;
        if (_book is null || _book.Version != await _outbox.PositionAsync(RuleStore.Changes, cancellationToken))
            _book = await RuleBook.ReadAsync(_rules, _log, cancellationToken);
        // Matched before the database is held; what has changed meanwhile is done again.
        var version = _book.Version;
        var found = page.SelectMany(row => _book.LanesOf(row).Select(lane => (Row: row, Lane: lane))).ToList();
        var done = await _database.WriteAsync(async connection =>
        {
            if (await EventOutbox.LockAsync(connection, EventOutbox.Routed, cancellationToken) != from || await EventOutbox.LockAsync(connection, RuleStore.Changes, cancellationToken) != version)
                return false;
            foreach (var (row, lane) in found)
                await _deliveries.AddAsync(connection, lane, row.Position, row.Subject, cancellationToken);
            await EventOutbox.MoveAsync(connection, EventOutbox.Routed, page[^1].Position, cancellationToken);
            return true;
        }, cancellationToken);
        if (!done)
            return true;
        foreach (var lane in found.Select(one => one.Lane).Distinct())
            _lanes.Wake(lane);
        return true;
    }
}
