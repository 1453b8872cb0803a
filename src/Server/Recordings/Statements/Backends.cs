namespace Postern.Server.Recordings.Statements;

/// <summary>Which connection of a session a server's process works for: a cancel request, on a connection of its own, names the process only.</summary>
internal sealed class Backends
{
    private readonly Dictionary<(string Destination, long Process), long> _connections = [];

    public void Add(string destination, long process, long connection)
    {
        if (_connections.Count < StatementLimits.Backends)
            _connections[(destination, process)] = connection;
    }

    public void Remove(string destination, long process, long connection)
    {
        if (_connections.GetValueOrDefault((destination, process), -1) == connection)
            _connections.Remove((destination, process));
    }

    public long? Find(string destination, long process) => _connections.TryGetValue((destination, process), out var connection) ? connection : null;
}
