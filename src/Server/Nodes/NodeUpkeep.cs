namespace Postern.Server.Nodes;

/// <summary>At start, before the gateway listens: a run that ended without saying so left nodes marked as connected to it.</summary>
internal sealed class NodeUpkeep(NodeStore nodes, NodePresence presence) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => nodes.ForgetConnectionsAsync(presence.GatewayName, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
