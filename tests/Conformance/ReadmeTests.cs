using System.Text.RegularExpressions;
using Postern.Conformance.Support;
using Postern.Conformance.Support.Servers;

namespace Postern.Conformance;

/// <summary>The commands that README.md shows, run as they stand there; only ports and names of the reader's own things are put in.</summary>
public sealed partial class ReadmeTests(World world)
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

    [Fact]
    public async Task What_the_readme_shows_works()
    {
        Assert.SkipWhen(Repository.Find("aws") is null, "no AWS CLI is installed");
        var (database, sshd) = (await world.PostgresAsync(), await world.SshAsync());
        var (port, local) = (FreePort.Take(), FreePort.Take());
        var folder = Repository.MakeFolder("readme");
        File.CreateSymbolicLink(Path.Combine(folder, "out"), Repository.Out);
        Command Shell(string script) => InFolder(folder, script
            .Replace("127.0.0.1:8443", $"127.0.0.1:{port}")
            .Replace("db.internal", "localhost").Replace("\"5432\"", $"\"{database.Port}\"").Replace("\"15432\"", $"\"{local}\"")
            .Replace("ssh -o", $"ssh -p {sshd.Port} -i {sshd.KeyFile} -o UserKnownHostsFile={sshd.KnownHosts} -o").Replace("admin@", SshServer.User + "@"));
        try
        {
            await using var gateway = Child.Start(Shell("exec " + Block("gateway")));
            await gateway.Output.WaitForAsync(new("ready"));
            await using var node = Child.Start(Shell(Block("node").Replace("\nout/postern-agent run", "\nexec out/postern-agent run")));
            var person = Block("person");
            await Deadline.UntilAsync($"the node to be listed; the node said:\n{node.Errors.Text}", async () =>
                File.Exists(Path.Combine(folder, "node-id")) && (await Child.RunAsync(Shell(person))).Output.Contains("Online"));

            await using (var shell = TerminalProcess.Start(Shell(person + Block("shell"))))
            {
                await shell.SeesAsync(@"[$#] (\x1b\[[?0-9;]*[a-zA-Z])*$");
                await shell.AnswersAsync("echo from-the-''readme", "from-the-readme");
                await shell.TypeAsync("exit");
                await shell.ExitAsync();
            }
            await using (var forward = TerminalProcess.Start(Shell(person + Block("forward"))))
            {
                await forward.SeesAsync("Waiting for connections");
                Assert.Equal("1\n", await Child.OutputOfAsync(PostgresServer.Psql(local, "-c", "select 1")));
                await forward.SendAsync("\x03");
                await forward.ExitAsync();
            }
            Assert.Contains("load average", await Child.OutputOfAsync(Shell(person + Block("ssh"))));
            var postern = await Child.RunAsync(Shell(person + Block("postern")));
            Assert.Contains("load average", postern.Output);
            Assert.Contains("Terminated", postern.Output);
            Assert.Contains("by statement", postern.Output); // why
            Assert.Contains("ssm:StartSession", postern.Output); // audit

            gateway.Signal(Native.SigTerm);
            node.Signal(Native.SigTerm);
            Assert.Equal(0, await gateway.ExitAsync());
            Assert.Equal(0, await node.ExitAsync());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Every_file_the_documents_link_to_is_there()
    {
        var documents = Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Append(Path.Combine(Repository.Root, "README.md")).Append(Path.Combine(Repository.Root, "CONTRIBUTING.md"));
        var missing = from document in documents
                      from link in Link().Matches(File.ReadAllText(document))
                      let path = Path.Combine(Path.GetDirectoryName(document)!, link.Groups["path"].Value)
                      where !Path.Exists(path)
                      select $"{Path.GetFileName(document)} -> {link.Groups["path"].Value}";
        Assert.Empty(missing);
    }

    // As root the agent makes the user of sessions: in a view of the file system that ends with it.
    private static Command InFolder(string folder, string script)
    {
        var bash = new Command("bash", "--noprofile", "--norc", "-c", script)
        {
            Folder = folder,
            Environment = new Dictionary<string, string?> { ["HOME"] = folder, ["AWS_PAGER"] = "", ["AWS_PROFILE"] = null, ["AWS_EC2_METADATA_DISABLED"] = "true" },
        };
        return script.Contains("postern-agent run", StringComparison.Ordinal) && PrivateRoot.Allowed ? PrivateRoot.Around(bash) : bash;
    }

    private static string Block(string name)
    {
        var blocks = TestedBlock().Matches(Text).Where(block => block.Groups["name"].Value == name).ToList();
        return blocks is [var block] ? block.Groups["code"].Value : throw new InvalidOperationException($"README.md has {blocks.Count} tested blocks named {name}");
    }

    [GeneratedRegex(@"<!-- tested: (?<name>\w+) -->\n```sh\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex TestedBlock();

    [GeneratedRegex(@"\]\((?<path>(?!https?:|#)[^)#]+)(#[^)]*)?\)")]
    private static partial Regex Link();
}
