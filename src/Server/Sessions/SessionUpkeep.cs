using System.Globalization;
using Postern.Server.Audit;
using Postern.Server.Nodes;
using Postern.Server.Settings;

namespace Postern.Server.Sessions;

/// <summary>
/// Takes over the sessions of the previous run before the first request; then saves what has passed through sessions, and removes what has expired.
/// </summary>
internal sealed class SessionUpkeep(
    LiveSessions sessions, SessionStore store, NodeRemovals removals, SessionLimits limits, ServerOptions options, AuditLog audit, TimeProvider time, ILogger<SessionUpkeep> log) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        removals.Observe(sessions.NodeRemovedAsync);
        await sessions.RestoreAsync(options.Name, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(limits.SaveTraffic, time);
        var swept = time.GetTimestamp();
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await sessions.SaveTrafficAsync(stoppingToken);
                if (time.GetElapsedTime(swept) < limits.SweepInterval)
                    continue;
                swept = time.GetTimestamp();
                await store.DeleteExpiredTokensAsync(stoppingToken);
                await RemoveHistoryAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.SweepFailed(log, e);
            }
        }
    }

    /// <summary>Removes the history older than the setting, and says so in the audit log, which keeps the sessions' ends for longer.</summary>
    public async Task RemoveHistoryAsync(CancellationToken cancellationToken)
    {
        if (options.SessionDays == 0)
            return;
        var before = time.GetUtcNow() - TimeSpan.FromDays(options.SessionDays);
        var count = await store.DeleteEndedBeforeAsync(before, cancellationToken);
        if (count == 0)
            return;
        Log.HistoryRemoved(log, count, options.SessionDays);
        audit.Record(new AuditEvent
        {
            Service = "ssm",
            Name = "SessionHistoryRemoved",
            Type = AuditEvent.ServiceEvent,
            Principal = AuditPrincipal.Gateway(options.Account),
            Details = [new("count", count.ToString(CultureInfo.InvariantCulture)), new("endedBefore", before.ToString("O", CultureInfo.InvariantCulture))],
        });
    }
}
