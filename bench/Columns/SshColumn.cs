using Postern.Bench.Processes;
using Postern.Bench.Servers;

namespace Postern.Bench.Columns;

/// <summary>`ssh -L`, straight or through a second server.</summary>
internal sealed class SshColumn(string name, string description, SshServer server, SshServer? jump) : Column(name, description)
{
    public override IReadOnlyList<Part> Servers =>
        jump is null ? [new("sshd", server.ProcessId)] : [new("jump sshd", jump.ProcessId), new("sshd", server.ProcessId)];

    public override Task<Command?> TunnelAsync(int localPort, int destination, CancellationToken cancellationToken) =>
        Task.FromResult<Command?>(Ssh("-N", "-o", "ExitOnForwardFailure=yes", "-L", $"127.0.0.1:{localPort}:127.0.0.1:{destination}", server.Host));

    public override Task<Command?> ShellAsync(CancellationToken cancellationToken) => Task.FromResult<Command?>(Ssh(server.Host));

    private Command Ssh(params string[] arguments) =>
        new("ssh", ["-F", server.Site.ConfigFile, .. jump is null ? Array.Empty<string>() : ["-J", jump.Host], .. arguments]);
}
