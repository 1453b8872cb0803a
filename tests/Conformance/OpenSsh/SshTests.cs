using System.Security.Cryptography;
using Postern.Conformance.Support;
using Postern.Conformance.Support.Servers;

namespace Postern.Conformance.OpenSsh;

/// <summary>OpenSSH's own programs over a session.</summary>
public sealed class SshTests(World world)
{
    private const int Megabyte = 1024 * 1024;

    [Theory]
    [MemberData(nameof(World.Matrix), MemberType = typeof(World))]
    public async Task Ssh_runs_a_command_and_returns_its_exit_code(string agent, string person)
    {
        await using var ssh = await SshPerson.MakeAsync(world, World.Person(person), await world.NodeAsync(agent));

        var finished = await Child.RunAsync(ssh.Command("ssh", "node", "echo over-$((20+2)); exit 7"));

        Assert.Equal("over-22\n", finished.Output);
        Assert.Equal(7, finished.ExitCode);
    }

    [Theory]
    [MemberData(nameof(World.Matrix), MemberType = typeof(World))]
    public async Task Scp_copies_a_file_both_ways_unchanged(string agent, string person)
    {
        var way = World.Person(person);
        await using var ssh = await SshPerson.MakeAsync(world, way, await world.NodeAsync(agent));
        // AWS's ends move 0.68 MB a second in the direction they send.
        var size = way.Slow || agent == World.StockAgent ? 3 * Megabyte : 50 * Megabyte;
        var (original, there, back) = (ssh.PathOf("original"), ssh.PathOf("there"), ssh.PathOf("back"));
        var content = RandomNumberGenerator.GetBytes(size);
        await File.WriteAllBytesAsync(original, content);

        await Child.OutputOfAsync(ssh.Command("scp", "-q", original, $"node:{there}"), within: Tunnel.BulkTime);
        await Child.OutputOfAsync(ssh.Command("scp", "-q", $"node:{there}", back), within: Tunnel.BulkTime);

        Assert.Equal(SHA256.HashData(content), SHA256.HashData(await File.ReadAllBytesAsync(there)));
        Assert.Equal(SHA256.HashData(content), SHA256.HashData(await File.ReadAllBytesAsync(back)));
    }

    [Fact]
    public async Task Sftp_lists_puts_and_gets()
    {
        await using var ssh = await SshPerson.MakeAsync(world, World.Person("postern"), await world.NodeAsync(World.OurAgent));
        var content = RandomNumberGenerator.GetBytes(Megabyte);
        await File.WriteAllBytesAsync(ssh.PathOf("original"), content);

        var output = await Child.OutputOfAsync(
            ssh.Command("sftp", "-q", "-b", "-", "node"), $"put {ssh.PathOf("original")} {ssh.PathOf("there")}\nls {ssh.PathOf("there")}\nget {ssh.PathOf("there")} {ssh.PathOf("back")}\n");

        Assert.Contains(ssh.PathOf("there"), output);
        Assert.Equal(content, await File.ReadAllBytesAsync(ssh.PathOf("back")));
    }

    [Fact]
    public async Task Rsync_copies_a_tree()
    {
        var rsync = Repository.Require("rsync");
        await using var ssh = await SshPerson.MakeAsync(world, World.Person("postern"), await world.NodeAsync(World.OurAgent));
        foreach (var name in Enumerable.Range(0, 50).Select(i => $"tree/{i % 5}/{i}"))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(ssh.PathOf(name))!);
            await File.WriteAllBytesAsync(ssh.PathOf(name), RandomNumberGenerator.GetBytes(20_000));
        }

        await Child.OutputOfAsync(ssh.Command(rsync) with
        {
            Arguments = ["-a", "-e", $"ssh -F {ssh.ConfigFile}", ssh.PathOf("tree/"), $"node:{ssh.PathOf("copy/")}"],
        });

        await Child.OutputOfAsync(new("diff", "-r", ssh.PathOf("tree"), ssh.PathOf("copy")));
    }

    [Fact]
    public async Task Ssh_L_and_ssh_D_carry_connections()
    {
        var curl = Repository.Require("curl");
        await using var ssh = await SshPerson.MakeAsync(world, World.Person("postern"), await world.NodeAsync(World.OurAgent));
        await using var server = new EchoServer();
        await using var web = new OnePageServer("through the socks proxy");
        var (local, dynamic) = (FreePort.Take(), FreePort.Take());
        await using var forward = Child.Start(ssh.Command("ssh", "-v", "-N", "-o", "ExitOnForwardFailure=yes", "-L", $"{local}:127.0.0.1:{server.Port}", "-D", $"{dynamic}", "node"));
        await forward.Errors.WaitForAsync(new("Entering interactive session|pledge: network"));

        await Task.WhenAll(Enumerable.Range(0, 5).Select(seed => Traffic.EchoesAsync(local, 200_000, seed)));
        var page = await Child.OutputOfAsync(new(curl, "-sS", "--max-time", "20", "--socks5-hostname", $"127.0.0.1:{dynamic}", $"http://localhost:{web.Port}/"));

        Assert.Equal("through the socks proxy", page);
    }
}
