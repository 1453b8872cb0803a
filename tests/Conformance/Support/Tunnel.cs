using Postern.Conformance.Support.Persons;

namespace Postern.Conformance.Support;

/// <summary>An open tunnel to a host near a node, made by postern.</summary>
internal sealed class Tunnel : IAsyncDisposable
{
    /// <summary>For 200,000 rows (8 MB): AWS's agent sends 0.68 MB a second.</summary>
    public static readonly TimeSpan BulkTime = TimeSpan.FromSeconds(120);

    private readonly TerminalProcess _forward;

    private Tunnel(TerminalProcess forward, int port, string session) => (_forward, Port, Session) = (forward, port, session);

    public int Port { get; }
    public string Session { get; }
    public int ProcessId => _forward.Id;

    public static Task<Tunnel> OpenAsync(Node node, string? host, int destination) => OpenAsync(World.Person("postern"), node, host, destination);

    public static async Task<Tunnel> OpenAsync(Person way, Node node, string? host, int destination)
    {
        var port = FreePort.Take();
        var forward = TerminalProcess.Start(way.Forward(node.Gateway, node.Id, port, destination, host));
        try
        {
            return new(forward, port, await way.ForwardReadyAsync(forward));
        }
        catch
        {
            await forward.DisposeAsync();
            throw;
        }
    }

    public void Signal(int signal) => _forward.Signal(signal);

    public Task<int> ExitAsync() => _forward.ExitAsync();

    public ValueTask DisposeAsync() => _forward.DisposeAsync();
}
