using Postern.Server.Storage;

namespace Postern.Server.Nodes;

/// <summary>
/// At start, before the gateway listens: a run that ended without saying so left nodes marked as connected to it. Then, where several gateways share the database: a node that
/// another one deregistered while it could not reach this one lets go of its channel and its sessions here, too.
/// </summary>
internal sealed class NodeUpkeep(
    NodeStore nodes, NodePresence presence, NodeConnections connections, NodeRemovals removals, Database database, TimeProvider time, ILogger<NodeUpkeep> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await nodes.ForgetConnectionsAsync(presence.GatewayName, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!database.IsShared)
            return;
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await ReleaseRemovedAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                log.RemovedNotReleased(e);
            }
        }
    }

    private async Task ReleaseRemovedAsync(CancellationToken cancellationToken)
    {
        var held = connections.Ids;
        if (held.Count == 0)
            return;
        var marked = await nodes.ListHeldAsync(presence.GatewayName, cancellationToken);
        foreach (var id in held.Where(id => !marked.Contains(id)))
        {
            // One that is about to be marked, or went to another gateway, is still a node.
            if (await nodes.FindAsync(id, cancellationToken) is not null)
                continue;
            log.RemovedElsewhere(id);
            try
            {
                await removals.RaiseAsync(id, DeregisterManagedInstance.Reason, cancellationToken);
            }
            finally
            {
                if (connections.TryGet(id, out var connection))
                    connection?.Close(DeregisterManagedInstance.Reason);
            }
        }
    }
}
