using Postern.Server.Nodes;

namespace Postern.Server.Sessions;

/// <summary>Takes over the sessions of the previous run before the first request, then removes what has expired, now and then.</summary>
internal sealed class SessionUpkeep(LiveSessions sessions, SessionStore store, NodeRemovals removals, SessionLimits options, TimeProvider time, ILogger<SessionUpkeep> log) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        removals.Observe(sessions.NodeRemovedAsync);
        await sessions.RestoreAsync(NodePresence.GatewayName, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.SweepInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await store.DeleteExpiredTokensAsync(stoppingToken);
                await store.DeleteEndedBeforeAsync(time.GetUtcNow() - options.History, stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.SweepFailed(log, e);
            }
        }
    }
}
