using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Postern.Bench.Processes;
using Postern.Protocol.AwsJson;

namespace Postern.Bench.Servers;

/// <summary>A registered node with its agent running.</summary>
internal sealed partial class Node : IAsyncDisposable
{
    private static readonly TimeSpan OnlineTime = TimeSpan.FromMinutes(3);

    private readonly Child _process;

    private Node(string id, Child process) => (Id, _process) = (id, process);

    public string Id { get; }
    public int ProcessId => _process.Id;
    public string Log => _process.Output;

    /// <summary>Our agent. Where the machine allows it, what it changes outside its folder (the user it makes) stays private to it.</summary>
    /// <param name="gateway">Where it registers.</param>
    /// <param name="folder">Where it keeps its registration.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <param name="endpoint">The way to the gateway, when it is not the gateway's own address.</param>
    public static async Task<Node> StartAsync(Gateway gateway, string folder, CancellationToken cancellationToken, string? endpoint = null)
    {
        var (id, code) = await ActivateAsync(gateway, cancellationToken);
        var agent = Repository.Program("postern-agent");
        var told = await Child.OutputOfAsync(new(agent, "register", "--endpoint", endpoint ?? gateway.Endpoint, "--ca", gateway.CaFile, "--data", folder, "--activation-id", id)
        {
            Environment = new Dictionary<string, string?> { ["POSTERN_ACTIVATION_CODE"] = code },
        }, cancellationToken);
        var run = new Command(agent, "run", "--data", folder);
        return await RunAsync(gateway, told, await PrivateRootAllowedAsync(cancellationToken) ? run.Under(Repository.PrivateRoot) : run, cancellationToken);
    }

    /// <summary>AWS's agent, unmodified, in a file system view of its own: it keeps its state in fixed folders.</summary>
    public static async Task<Node> StartStockAsync(Gateway gateway, string folder, string agent, CancellationToken cancellationToken)
    {
        var (id, code) = await ActivateAsync(gateway, cancellationToken);
        var configuration = new
        {
            Mds = new { gateway.Endpoint },
            Ssm = new { gateway.Endpoint },
            Mgs = new { gateway.Endpoint, Gateway.Region },
            Identity = new { ConsumptionOrder = new[] { "OnPrem" } },
        };
        // A copy: an agent of AWS's kills every worker of the machine that was started from its own folder.
        var binaries = Directory.CreateDirectory(Path.Combine(folder, "bin")).FullName;
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(agent)!, "*ssm-*"))
            File.Copy(file, Path.Combine(binaries, Path.GetFileName(file)));
        await File.WriteAllTextAsync(Path.Combine(folder, "amazon-ssm-agent.json"), JsonSerializer.Serialize(configuration), cancellationToken);
        var told = await Child.OutputOfAsync(InItsView("stock_agent_register.sh", id, code), cancellationToken);
        return await RunAsync(gateway, told, InItsProcesses(InItsView("stock_agent_run.sh")), cancellationToken);

        // A process namespace: workers that lose their parent stay below this one, end with it, and no other agent is seen.
        static Command InItsProcesses(Command command) =>
            command.Under("unshare", "--pid", "--fork", "--kill-child", "--mount-proc") with { StopSignal = Native.SigKill };

        Command InItsView(string script, params string[] arguments) => new Command(
            Path.Combine(Repository.Root, "tests", "Conformance", "Scripts", script), [binaries, folder, .. arguments])
        {
            Environment = new Dictionary<string, string?>
            {
                ["SSL_CERT_FILE"] = gateway.CaFile,
                ["AWS_CA_BUNDLE"] = null, // it would win
                ["AWS_EC2_METADATA_DISABLED"] = "true",
            },
        }.Under(Repository.PrivateRoot);
    }

    public static async Task<bool> PrivateRootAllowedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Child.OutputOfAsync(new(Repository.PrivateRoot, "true"), cancellationToken);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false; // no root, or no mount namespaces on this machine
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task<(string Id, string Code)> ActivateAsync(Gateway gateway, CancellationToken cancellationToken)
    {
        var activation = await gateway.Api.CallAsync(SsmOperations.CreateActivation, new() { IamRole = "service-role/nodes" }, cancellationToken);
        return (activation.ActivationId!, activation.ActivationCode!);
    }

    private static async Task<Node> RunAsync(Gateway gateway, string registration, Command command, CancellationToken cancellationToken)
    {
        var node = new Node(NodeId().Match(registration).Value, Child.Start(command));
        try
        {
            var start = Stopwatch.GetTimestamp();
            while ((await gateway.Api.CallAsync(SsmOperations.GetConnectionStatus, new() { Target = node.Id }, cancellationToken)).Status != "connected")
            {
                if (!node._process.Running || Stopwatch.GetElapsedTime(start) > OnlineTime)
                    throw new InvalidOperationException($"{command}: {node.Id} did not come online: {node._process.Output}");
                await Task.Delay(20, cancellationToken);
            }
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    [GeneratedRegex("mi-[0-9a-f]{17}")]
    private static partial Regex NodeId();
}
