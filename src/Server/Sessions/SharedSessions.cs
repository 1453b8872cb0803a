using System.Globalization;
using Postern.Server.Nodes;
using Postern.Server.Peers;
using Postern.Server.Settings;
using Postern.Server.Storage;

namespace Postern.Server.Sessions;

/// <summary>
/// What several gateways on one database owe each other's sessions: those of a gateway that is away for longer than anybody waits for it are ended by one of
/// the others; and what another one ended here is noticed.
/// </summary>
internal sealed class SharedSessions(
    SessionStore store, LiveSessions sessions, NodeConnections nodes, SessionJournal journal, PeerSigns peers, Database database, SessionLimits limits, ServerOptions options, TimeProvider time,
    ILogger<SharedSessions> log) : BackgroundService
{
    private const int MaxBatch = 200;

    // Of which no table says anything, since when.
    private readonly Dictionary<string, long> _unknown = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!database.IsShared)
            return;
        using var timer = new PeriodicTimer(limits.LookAtOthers, time);
        long? unknown = null;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await sessions.RecheckAsync(options.Name, stoppingToken);
                await EndLostAsync(stoppingToken);
                if (unknown is { } looked && time.GetElapsedTime(looked) < limits.SweepInterval)
                    continue;
                unknown = time.GetTimestamp();
                await EndUnknownAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.OthersNotLookedAt(log, e);
            }
        }
    }

    private async Task EndLostAsync(CancellationToken cancellationToken)
    {
        foreach (var peer in peers.All)
        {
            if (!peer.IsAwayFor(limits.GatewayAway))
                continue;
            var reason = string.Create(CultureInfo.InvariantCulture, $"The gateway {peer.Name}, which ran this session, has not been heard of since {peer.Since:yyyy-MM-ddTHH:mm:ssZ}.");
            await EndAsync(peer.Name, peer.SeenAt, reason, cancellationToken);
        }
    }

    /// <summary>Sessions of a name that is in the table no more, or never was: that of a gateway which was renamed, or gone for very long.</summary>
    private async Task EndUnknownAsync(CancellationToken cancellationToken)
    {
        var unknown = (await store.ListGatewaysAsync(cancellationToken)).Where(name => name != options.Name && !peers.Knows(name)).ToHashSet(StringComparer.Ordinal);
        foreach (var known in _unknown.Keys.Except(unknown).ToList())
            _unknown.Remove(known);
        foreach (var name in unknown)
        {
            if (!_unknown.TryGetValue(name, out var since))
                _unknown[name] = time.GetTimestamp();
            else if (time.GetElapsedTime(since) >= limits.GatewayAway)
                await EndAsync(name, null, $"The gateway {name}, which ran this session, is not known any more.", cancellationToken);
        }
    }

    private async Task EndAsync(string gateway, long? seenAt, string reason, CancellationToken cancellationToken)
    {
        var count = 0;
        IReadOnlyList<SessionRow> ended;
        do
        {
            ended = await store.EndLostAsync(gateway, seenAt, NodeText.Details(reason), MaxBatch, cancellationToken);
            count += ended.Count;
            foreach (var row in ended)
            {
                journal.Ended(row, reason);
                // The node may have come here meanwhile, and still wait with what ran.
                if (nodes.TryPost(row.NodeId, SessionTasks.Close(row.Id, row.NodeId, time)))
                    await store.MarkAgentDoneAsync(row.Id, null, null, cancellationToken);
            }
        }
        while (ended.Count == MaxBatch);
        if (count > 0)
            Log.LostEnded(log, count, gateway, reason);
    }
}
