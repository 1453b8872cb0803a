using Postern.Bench.Processes;
using Postern.Bench.Servers;

namespace Postern.Bench.Columns;

/// <summary>A process (with all below it) that a way through consists of.</summary>
internal sealed record Part(string Name, int ProcessId);

/// <summary>One way from a local port to the load server.</summary>
internal abstract class Column(string name, string description)
{
    public string Name => name;
    public string Description => description;

    /// <summary>What runs before somebody connects: gateway and agent, or the SSH servers.</summary>
    public abstract IReadOnlyList<Part> Servers { get; }

    /// <summary>What a person runs for a tunnel from a local port to the load server; null when no program is needed.</summary>
    public abstract Task<Command?> TunnelAsync(int localPort, int destination, CancellationToken cancellationToken);

    /// <summary>What a person runs for a shell; null when this way has none.</summary>
    public abstract Task<Command?> ShellAsync(CancellationToken cancellationToken);

    /// <summary>The gateway whose sessions these are, and the node they are on; null when there is none.</summary>
    public virtual (Gateway Gateway, string Node)? Sessions => null;
}
