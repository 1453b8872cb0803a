using System.Collections.Concurrent;
using Postern.Server.Events.Rules;
using Postern.Server.Storage;

namespace Postern.Server.Events.Delivery;

/// <summary>The lanes of all targets: begun and ended as rules get and lose them.</summary>
internal sealed class TargetLanes : BackgroundService
{
    private readonly Database _database;
    private readonly RuleStore _rules;
    private readonly DeliveryStore _store;
    private readonly TargetSenders _senders;
    private readonly TimeProvider _time;
    private readonly ILogger<TargetLanes> _log;
    private readonly ConcurrentDictionary<string, Running> _lanes = new(StringComparer.Ordinal);
    private readonly Wake _changed = new();
    /// <summary>Of this process: after a restart what an earlier one held is held by somebody else until it runs out.</summary>
    private readonly string _gateway = Guid.NewGuid().ToString("N");
    private long _version = -1;

    public TargetLanes(Database database, RuleStore rules, DeliveryStore store, TargetSenders senders, TimeProvider time, ILogger<TargetLanes> log)
    {
        (_database, _rules, _store, _senders, _time, _log) = (database, rules, store, senders, time, log);
        _rules.Observe(_changed.Set);
    }

    private sealed record Running(TargetLane Lane, Task Task, CancellationTokenSource Ending);

    /// <summary>The targets there are.</summary>
    public IReadOnlyList<LaneTarget> Targets => [.. _lanes.Values.Select(running => running.Lane.Target)];

    /// <summary>Something is due for a lane; one that has not begun yet will find it.</summary>
    public void Wake(string lane)
    {
        if (_lanes.TryGetValue(lane, out var running))
            running.Lane.Wake();
        else
            _changed.Set();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await EventLoop.RunAsync(_changed, _time, async () =>
            {
                await RefreshAsync(stoppingToken);
                if (_database.IsShared)
                    foreach (var lane in await _store.WaitingLanesAsync(stoppingToken))
                        if (_lanes.TryGetValue(lane, out var running))
                            running.Lane.Wake();
            }, e => _log.DeliveringFailed(e), stoppingToken);
        }
        finally
        {
            foreach (var lane in _lanes.Keys)
                await EndAsync(lane);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _store.ReleaseAsync(_gateway, cancellationToken);
    }

    private async Task RefreshAsync(CancellationToken stoppingToken)
    {
        var (version, rules, targets) = await _rules.ReadAsync(stoppingToken);
        if (version == _version)
            return;
        var known = targets.ToDictionary(target => target.Lane);
        foreach (var (lane, running) in _lanes)
            if (!known.TryGetValue(lane, out var now) || now.Target != running.Lane.Target.Text)
                await EndAsync(lane);
        foreach (var (lane, row) in known)
            if (!_lanes.ContainsKey(lane))
                Begin(row, stoppingToken);
        _version = version;
    }

    private void Begin(TargetRow row, CancellationToken stoppingToken)
    {
        var ending = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var lane = new TargetLane(new LaneTarget(row), _senders, _store, _gateway, _time, _log);
        _lanes[row.Lane] = new Running(lane, Task.Run(() => lane.RunAsync(ending.Token), CancellationToken.None), ending);
    }

    private async Task EndAsync(string lane)
    {
        if (!_lanes.TryRemove(lane, out var running))
            return;
        await running.Ending.CancelAsync();
        await running.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        running.Ending.Dispose();
    }
}
