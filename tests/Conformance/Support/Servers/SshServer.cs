namespace Postern.Conformance.Support.Servers;

/// <summary>A real OpenSSH server on a port of its own, which lets in one key made for this run.</summary>
internal sealed class SshServer : IAsyncDisposable
{
    private readonly Child _server;

    private SshServer(string folder, int port, Child server) => (Folder, Port, _server) = (folder, port, server);

    public string Folder { get; }
    public int Port { get; }
    public string KeyFile => Path.Combine(Folder, "key");
    public string KnownHosts => Path.Combine(Folder, "known_hosts");
    public static string User => Environment.UserName;

    public static async Task<SshServer> StartAsync()
    {
        var program = Repository.Require("sshd");
        var folder = Repository.MakeFolder("sshd");
        var port = FreePort.Take();
        foreach (var key in new[] { "host_key", "key" })
            await Child.OutputOfAsync(new("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(folder, key)));
        File.Copy(Path.Combine(folder, "key.pub"), Path.Combine(folder, "authorized_keys"));
        var hostKey = (await File.ReadAllTextAsync(Path.Combine(folder, "host_key.pub"))).Split(' ');
        await File.WriteAllTextAsync(Path.Combine(folder, "known_hosts"), $"* {hostKey[0]} {hostKey[1]}\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "config"), $"""
            ListenAddress 127.0.0.1
            Port {port}
            HostKey {folder}/host_key
            AuthorizedKeysFile {folder}/authorized_keys
            PidFile none
            StrictModes no
            UsePAM {(await IsLockedAsync() ? "yes" : "no")}
            PasswordAuthentication no
            PermitRootLogin prohibit-password
            AllowTcpForwarding yes
            MaxStartups 100
            Subsystem sftp internal-sftp

            """);
        if (Environment.UserName == "root")
            Directory.CreateDirectory("/run/sshd");
        var server = Child.Start(new(program, "-D", "-e", "-f", Path.Combine(folder, "config")));
        await server.Errors.WaitForAsync(new("Server listening"));
        return new(folder, port, server);
    }

    public async ValueTask DisposeAsync()
    {
        _server.Signal(Native.SigTerm);
        await _server.ExitAsync();
        await _server.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    // Without PAM, sshd refuses an account whose password is locked.
    private static async Task<bool> IsLockedAsync() =>
        Environment.UserName == "root" && (await File.ReadAllLinesAsync("/etc/shadow")).Any(line => line.StartsWith("root:!", StringComparison.Ordinal));
}
