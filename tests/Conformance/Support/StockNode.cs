using System.Text.Json;

namespace Postern.Conformance.Support;

/// <summary>AWS's own agent, unmodified, in a file system view of its own: it keeps its state in fixed folders.</summary>
internal sealed class StockNode : Node
{
    private readonly string _binaries;

    private StockNode(Gateway gateway, string folder, string binaries, CuttableProxy? network) : base(gateway, folder, network) => _binaries = binaries;

    /// <summary>Why it cannot be used here, or null.</summary>
    public static string? Unavailable =>
        PeerBinaries.Find("amazon-ssm-agent") is null ? PeerBinaries.Reason("amazon-ssm-agent")
        : !PrivateRoot.Allowed ? "AWS's agent needs root and a mount namespace of its own here"
        : null;

    public override string Log => File.Exists(LogFile) ? File.ReadAllText(LogFile) : base.Log;

    private string LogFile => Path.Combine(Folder, "agent.log");

    public static async Task<StockNode> StartAsync(Gateway gateway, CuttableProxy? network = null)
    {
        InotifyLimit.Raise();
        // A copy: an agent of AWS's kills every worker of the machine that was started from its own folder.
        var folder = Repository.MakeFolder("stock-node");
        var binaries = Directory.CreateDirectory(Path.Combine(folder, "bin")).FullName;
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(PeerBinaries.Find("amazon-ssm-agent"))!, "*ssm-*"))
            File.Copy(file, Path.Combine(binaries, Path.GetFileName(file)));
        var node = new StockNode(gateway, folder, binaries, network);
        await node.RegisterAndStartAsync();
        return node;
    }

    // Registration and run need the same private folders, and a private view lasts as long as its process: so the agent is registered
    // in the run's view, and this step only keeps the activation for it.
    protected override async Task RegisterAsync(string activationId, string activationCode)
    {
        var configuration = new
        {
            Mds = new { Endpoint },
            Ssm = new { Endpoint },
            Mgs = new { Endpoint, Region = "us-east-1" },
            Identity = new { ConsumptionOrder = new[] { "OnPrem" } },
        };
        await File.WriteAllTextAsync(Path.Combine(Folder, "amazon-ssm-agent.json"), JsonSerializer.Serialize(configuration));
        await Child.OutputOfAsync(InItsView(Repository.Script("stock_agent_register.sh"), _binaries, Folder, activationId, activationCode));
    }

    // A process namespace: workers that lose their parent stay below this one, end with it, and no other agent is seen.
    protected override Command RunCommand() =>
        InItsView(Repository.Script("stock_agent_run.sh"), _binaries, Folder).Under("unshare", "--pid", "--fork", "--kill-child", "--mount-proc");

    // `unshare` waits for its child whatever else it is told.
    protected override int StopSignal => Native.SigKill;

    // The core agent, below the process that made its namespace, and its one worker stay; a session has a worker of its own.
    protected override bool IsOfSession(string commandLine) =>
        !commandLine.Contains("/ssm-agent-worker", StringComparison.Ordinal) && !commandLine.EndsWith("/amazon-ssm-agent", StringComparison.Ordinal);

    private Command InItsView(string script, params string[] arguments) => PrivateRoot.Around(new Command(script, arguments)
    {
        Environment = new Dictionary<string, string?>
        {
            ["SSL_CERT_FILE"] = Gateway.CaFile,
            // It would win over SSL_CERT_FILE.
            ["AWS_CA_BUNDLE"] = null,
            ["AWS_EC2_METADATA_DISABLED"] = "true",
        },
    });
}
