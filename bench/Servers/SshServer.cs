using Postern.Bench.Processes;

namespace Postern.Bench.Servers;

/// <summary>An OpenSSH server on a port of its own, with the settings it has by default.</summary>
internal sealed class SshServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(10);

    private readonly Child _process;

    private SshServer(SshSite site, string host, Child process) => (Site, Host, _process) = (site, host, process);

    public SshSite Site { get; }
    public string Host { get; }
    public int ProcessId => _process.Id;

    public static async Task<SshServer> StartAsync(SshSite site, string host, CancellationToken cancellationToken)
    {
        var port = FreePort.Take();
        var configuration = site.PathOf($"sshd_config_{host}");
        await File.WriteAllTextAsync(configuration, $"""
            ListenAddress 127.0.0.1
            Port {port}
            HostKey {site.HostKey}
            AuthorizedKeysFile {site.AuthorizedKeys}
            PidFile none
            StrictModes no
            UsePAM {(await IsLockedAsync(cancellationToken) ? "yes" : "no")}
            PasswordAuthentication no
            PermitRootLogin prohibit-password
            PrintMotd no
            PrintLastLog no
            MaxStartups 100

            """, cancellationToken);
        if (Environment.UserName == "root")
            Directory.CreateDirectory("/run/sshd");
        var program = Repository.OnPath("sshd") ?? throw new FileNotFoundException("There is no sshd (Debian: openssh-server).");
        var process = Child.Start(new(program, "-D", "-e", "-f", configuration));
        try
        {
            await process.SaysAsync(text => text.Contains("Server listening", StringComparison.Ordinal), "listening", StartTime, cancellationToken);
            await site.AddHostAsync(host, port, cancellationToken);
            return new(site, host, process);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    // Without PAM, sshd refuses an account whose password is locked.
    private static async Task<bool> IsLockedAsync(CancellationToken cancellationToken) =>
        Environment.UserName == "root" && (await File.ReadAllLinesAsync("/etc/shadow", cancellationToken)).Any(line => line.StartsWith("root:!", StringComparison.Ordinal));
}
