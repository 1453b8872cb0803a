using Postern.Bench.Processes;
using Postern.Bench.Servers;

namespace Postern.Bench.Columns;

/// <summary>`postern forward` and `postern start`.</summary>
internal sealed class PosternColumn(string name, string description, Gateway gateway, Node node) : Column(name, description)
{
    public override IReadOnlyList<Part> Servers => [new("gateway", gateway.ProcessId), new("agent", node.ProcessId)];

    public override (Gateway Gateway, string Node)? Sessions => (gateway, node.Id);

    public override Task<Command?> TunnelAsync(int localPort, int destination, CancellationToken cancellationToken) =>
        Task.FromResult<Command?>(Postern("forward", node.Id, $"{localPort}:{destination}"));

    public override Task<Command?> ShellAsync(CancellationToken cancellationToken) => Task.FromResult<Command?>(Postern("start", node.Id));

    private Command Postern(params string[] arguments) => new(Repository.Program("postern"), arguments) { Environment = gateway.Administrator };
}
