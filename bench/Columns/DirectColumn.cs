using Postern.Bench.Processes;

namespace Postern.Bench.Columns;

internal sealed class DirectColumn() : Column("direct", "straight to the load server: what this machine and the load generator can do")
{
    public override IReadOnlyList<Part> Servers => [];

    public override Task<Command?> TunnelAsync(int localPort, int destination, CancellationToken cancellationToken) => Task.FromResult<Command?>(null);

    public override Task<Command?> ShellAsync(CancellationToken cancellationToken) => Task.FromResult<Command?>(null);
}
