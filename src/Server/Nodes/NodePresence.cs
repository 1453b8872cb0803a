using Postern.Server.Peers;
using Postern.Server.Settings;

namespace Postern.Server.Nodes;

/// <summary>Whether a node can be reached, as GetConnectionStatus and PingStatus tell it.</summary>
internal sealed class NodePresence(NodeConnections connections, PeerSigns peers, ServerOptions options, TimeProvider time)
{
    /// <summary>Agents report every five minutes; one lost report is not yet an absence.</summary>
    public static readonly TimeSpan PingWindow = TimeSpan.FromMinutes(10);

    /// <summary>After this long without a sign of life a node counts as given up.</summary>
    public static readonly TimeSpan InactiveAfter = TimeSpan.FromDays(30);

    /// <summary>The name under which this gateway marks the nodes it holds; stays the same over restarts.</summary>
    public string GatewayName => options.Name;

    /// <summary>True when this gateway holds the control channel, or another one that lives does and the node has reported lately.</summary>
    public bool IsConnected(Node node)
        => connections.IsConnected(node.Id) || (node.Gateway is { } gateway && gateway != GatewayName && LostOf(node) is null && PingedLately(node));

    /// <summary>The other gateway that held the control channel and is not heard of any more; null: there is none such.</summary>
    public PeerSigns.PeerSign? LostOf(Node node) => node.Gateway is { } gateway && gateway != GatewayName && !connections.IsConnected(node.Id) ? peers.LostOf(gateway) : null;

    /// <summary>Online, ConnectionLost or Inactive.</summary>
    public string PingStatus(Node node)
    {
        if (PingedLately(node) || IsConnected(node)) return "Online";
        return time.GetUtcNow() - LastSeen(node) > InactiveAfter ? "Inactive" : "ConnectionLost";
    }

    /// <summary>The last sign of life; the registration when there was none.</summary>
    public DateTimeOffset LastSeen(Node node)
    {
        if (connections.IsConnected(node.Id)) return time.GetUtcNow();
        var seen = node.RegisteredAt;
        foreach (var sign in new[] { node.PingedAt, node.ConnectedAt, node.DisconnectedAt })
            if (sign > seen) seen = sign.Value;
        return seen;
    }

    /// <summary>A report counts unless the channel has been lost since: an agent that is killed is missed at once.</summary>
    private bool PingedLately(Node node) => node.PingedAt is { } pinged && time.GetUtcNow() - pinged <= PingWindow
        && (node.DisconnectedAt is not { } lost || lost <= pinged || node.ConnectedAt > lost)
        // The lost gateway may have taken a report after it announced itself for the last time; whoever took a later one lives.
        && (LostOf(node) is not { } gone || pinged > gone.Since + PeerUpkeep.Lifetime);
}
