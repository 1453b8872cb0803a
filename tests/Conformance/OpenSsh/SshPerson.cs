using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;
using Postern.Conformance.Support.Servers;

namespace Postern.Conformance.OpenSsh;

/// <summary>A person with an ssh configuration whose host "node" is reached through a session; files go into a folder of their own.</summary>
internal sealed class SshPerson : IAsyncDisposable
{
    private readonly string _folder;
    private readonly IReadOnlyDictionary<string, string?> _environment;

    private SshPerson(string folder, IReadOnlyDictionary<string, string?> environment) => (_folder, _environment) = (folder, environment);

    public string ConfigFile => PathOf("ssh_config");

    public static async Task<SshPerson> MakeAsync(World world, Person way, Node node)
    {
        var server = await world.SshAsync();
        var folder = Repository.MakeFolder("ssh");
        var proxy = way.Ssh(node.Gateway, "%h", "%p");
        await File.WriteAllTextAsync(Path.Combine(folder, "ssh_config"), $"""
            Host node
              HostName {node.Id}
              Port {server.Port}
              User {SshServer.User}
              IdentityFile {server.KeyFile}
              IdentitiesOnly yes
              UserKnownHostsFile {server.KnownHosts}
              ProxyCommand {string.Join(' ', new[] { proxy.Program }.Concat(proxy.Arguments).Select(Quote))}

            """);
        return new(folder, proxy.Environment);
    }

    public string PathOf(string name) => Path.Combine(_folder, name);

    public Command Command(string program, params string[] arguments) =>
        new(program, ["-F", ConfigFile, .. arguments]) { Environment = _environment };

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static string Quote(string word) => word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:%=,".Contains(c)) ? word : $"'{word}'";
}
