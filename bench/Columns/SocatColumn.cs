using Postern.Bench.Processes;
using Postern.Bench.Servers;

namespace Postern.Bench.Columns;

/// <summary>Two socats with OpenSSL between them: TLS, and a process for each connection.</summary>
internal sealed class SocatColumn(SocatServer server) : Column("socat", "socat to socat over TLS (OpenSSL)")
{
    public override IReadOnlyList<Part> Servers => [new("socat server", server.ProcessId)];

    public override Task<Command?> TunnelAsync(int localPort, int destination, CancellationToken cancellationToken) => Task.FromResult<Command?>(new(
        "socat", "-b", $"{SocatServer.BlockSize}", $"TCP-LISTEN:{localPort},bind=127.0.0.1,fork,reuseaddr,nodelay,backlog=256",
        $"OPENSSL:127.0.0.1:{server.Port},cafile={server.CertificateFile},commonname=localhost,nodelay"));

    public override Task<Command?> ShellAsync(CancellationToken cancellationToken) => Task.FromResult<Command?>(null);
}
