using Postern.Server.Events;
using Postern.Server.Iam;
using Postern.Server.Peers;
using Postern.Server.Settings;
using Postern.Server.Storage;

namespace Postern.Server.Nodes;

/// <summary>
/// Tells that nodes came online and went offline. It goes by the rows of nodes and what was last said of each, so a change is told once, in order, and
/// also when the gateway was killed in between. A node has to be away for a while: one that only moves to a gateway started again went nowhere. Of nodes of
/// a gateway that is not heard of any more the others tell, whichever comes first.
/// </summary>
internal sealed class NodeAnnouncer(Database database, EventOutbox outbox, PeerSigns peers, ServerOptions options, TimeProvider time, ILogger<NodeAnnouncer> log) : BackgroundService
{
    public static readonly TimeSpan Away = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private const int MaxBatch = 500;

    private readonly Arns _arns = new(options.Region, options.Account);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await AnnounceAsync(stoppingToken) == MaxBatch)
                {
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                log.AnnouncingFailed(e);
            }
        }
    }

    /// <summary>Tells what is to be told now, a batch at most; returns how many nodes that were.</summary>
    public async Task<int> AnnounceAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (settled, conditions) = Settled(now);
        // Looked at without holding anything: mostly there is nothing to tell.
        if ((await database.QueryAsync<string>($"SELECT id FROM nodes WHERE {settled} LIMIT 1", conditions.Parameters, cancellationToken)).Count == 0)
            return 0;
        var count = await database.WriteAsync(async connection =>
        {
            var changes = (await connection.QueryAsync<ChangedNode>(
                $"""
                UPDATE nodes SET announced = 1 - announced WHERE id IN (SELECT id FROM nodes WHERE {settled} ORDER BY id LIMIT {MaxBatch}) AND {settled}
                RETURNING id, name, computer_name, ip_address, platform_name, agent_version, gateway, connected_at, disconnected_at, state, announced
                """, conditions.Parameters, cancellationToken));
            await outbox.AppendAsync(connection, changes.ConvertAll(node => Event(node, now)), cancellationToken);
            return changes.Count;
        }, cancellationToken);
        if (count > 0)
            outbox.Written();
        return count;
    }

    /// <summary>Nodes of which something else is to be told than was told last.</summary>
    private (string Sql, SqlConditions Conditions) Settled(DateTimeOffset now)
    {
        var conditions = new SqlConditions();
        // Whoever has a node tells that it came, while it says of itself that it lives: the others, which may not have heard of that yet, tell the opposite until then.
        var came = $"announced = 0 AND gateway IS NOT NULL AND gateway = {conditions.Value(options.Name)}";
        if (database.IsShared)
            came += $" AND EXISTS (SELECT 1 FROM gateways g WHERE g.name = nodes.gateway AND g.seen_at > {conditions.Value((now - PeerUpkeep.Lifetime).ToUnixTimeMilliseconds())})";
        var settled = $"({came}) OR (announced = 1 AND gateway IS NULL AND COALESCE(disconnected_at, 0) <= {conditions.Value((now - Away).ToUnixTimeMilliseconds())})";
        foreach (var lost in peers.All.Where(peer => peer.IsLost))
        {
            var name = conditions.Value(lost.Name);
            settled += $" OR (announced = 1 AND gateway = {name} AND EXISTS (SELECT 1 FROM gateways g WHERE g.name = {name} AND g.seen_at = {conditions.Value(lost.SeenAt)}))";
        }
        return ($"({settled})", conditions);
    }

    private HappenedEvent Event(ChangedNode node, DateTimeOffset now)
    {
        var online = node.Announced == 1;
        var lost = online || node.Gateway is null ? null : peers.LostOf(node.Gateway);
        var happened = (online ? node.ConnectedAt : lost?.SeenAt ?? node.DisconnectedAt) is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : now;
        return new HappenedEvent(Guid.NewGuid().ToString(), AuditEvents.Nodes, online ? "Node Online" : "Node Offline", happened, node.Id, [_arns.Node(node.Id)[0]], Json.Write(json =>
        {
            json.WriteString("instanceId", node.Id);
            json.WriteString("state", online ? "online" : "offline");
            foreach (var (name, value) in new[] { ("name", node.Name), ("computerName", node.ComputerName), ("ipAddress", node.IpAddress), ("platformName", node.PlatformName), ("agentVersion", node.AgentVersion) })
                if (value is not null)
                    json.WriteString(name, value);
            if (!online)
                json.WriteBoolean("deregistered", node.State != "Registered");
        }));
    }

    private sealed class ChangedNode
    {
        public string Id { get; set; } = "";
        public string? Name { get; set; }
        public string? ComputerName { get; set; }
        public string? IpAddress { get; set; }
        public string? PlatformName { get; set; }
        public string? AgentVersion { get; set; }
        public string? Gateway { get; set; }
        public long? ConnectedAt { get; set; }
        public long? DisconnectedAt { get; set; }
        public string State { get; set; } = "";
        public long Announced { get; set; }
    }
}
