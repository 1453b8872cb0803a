using Postern.Bench.Processes;

namespace Postern.Bench.Servers;

/// <summary>Keys made for this run, and the configuration with which ssh finds our servers. Nothing of the machine's own SSH is used.</summary>
internal sealed class SshSite
{
    private readonly string _folder;

    private SshSite(string folder) => _folder = folder;

    public string ConfigFile => PathOf("ssh_config");
    public string HostKey => PathOf("host_key");
    public string AuthorizedKeys => PathOf("key.pub");

    public string PathOf(string name) => Path.Combine(_folder, name);

    public static async Task<SshSite> MakeAsync(string folder, CancellationToken cancellationToken)
    {
        var site = new SshSite(Directory.CreateDirectory(folder).FullName);
        foreach (var key in new[] { site.HostKey, site.PathOf("key") })
            await Child.OutputOfAsync(new("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key), cancellationToken);
        var hostKey = (await File.ReadAllTextAsync(site.HostKey + ".pub", cancellationToken)).Split(' ');
        await File.WriteAllTextAsync(site.PathOf("known_hosts"), $"* {hostKey[0]} {hostKey[1]}\n", cancellationToken);
        await File.WriteAllTextAsync(site.ConfigFile, $"""
            IdentityFile {site.PathOf("key")}
            IdentitiesOnly yes
            UserKnownHostsFile {site.PathOf("known_hosts")}
            StrictHostKeyChecking yes
            BatchMode yes
            User {Environment.UserName}

            """, cancellationToken);
        return site;
    }

    public Task AddHostAsync(string host, int port, CancellationToken cancellationToken) =>
        File.AppendAllTextAsync(ConfigFile, $"Host {host}\n  HostName 127.0.0.1\n  Port {port}\n", cancellationToken);
}
