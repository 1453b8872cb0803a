using System.Collections.Concurrent;

namespace Postern.Server.Nodes;

/// <summary>The control channel of one connected node, as the rest of the gateway sees it: a bounded mailbox.</summary>
internal interface INodeConnection
{
    /// <summary>False when the mailbox is full or the channel is closing.</summary>
    bool TryPost(byte[] frame);
    void Close(string reason);
}

/// <summary>Which nodes have a control channel to this gateway right now.</summary>
internal sealed class NodeConnections
{
    private readonly ConcurrentDictionary<string, INodeConnection> _connections = new(StringComparer.Ordinal);

    /// <summary>Puts a node's newest channel in place; the one it replaces is closed.</summary>
    public void Attach(string nodeId, INodeConnection connection)
    {
        INodeConnection? replaced = null;
        _connections.AddOrUpdate(nodeId, connection, (_, old) => { replaced = old; return connection; });
        replaced?.Close("replaced by a newer control channel");
    }

    /// <summary>Removes the channel unless a newer one has taken its place.</summary>
    public void Detach(string nodeId, INodeConnection connection)
        => _connections.TryRemove(new KeyValuePair<string, INodeConnection>(nodeId, connection));

    public bool IsConnected(string nodeId) => _connections.ContainsKey(nodeId);

    public bool TryPost(string nodeId, byte[] frame) => _connections.TryGetValue(nodeId, out var connection) && connection.TryPost(frame);

    public bool TryGet(string nodeId, out INodeConnection? connection) => _connections.TryGetValue(nodeId, out connection);

    /// <summary>As of now.</summary>
    public IReadOnlyCollection<string> Ids => [.. _connections.Keys];

    public int Count => _connections.Count;
}
