using System.Text.Json.Nodes;

namespace Postern.Conformance.Support;

/// <summary>A managed node: an agent, registered with a gateway and running.</summary>
internal abstract class Node : IAsyncDisposable
{
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(30);
    private Child? _process;

    /// <param name="gateway">Where it registers.</param>
    /// <param name="folder">Its own; deleted with it.</param>
    /// <param name="network">Between it and the gateway; null: nothing.</param>
    protected Node(Gateway gateway, string folder, CuttableProxy? network)
    {
        Gateway = gateway;
        Folder = folder;
        Endpoint = network?.Endpoint ?? gateway.Endpoint;
    }

    /// <summary>Where it calls the gateway.</summary>
    protected string Endpoint { get; }

    public Gateway Gateway { get; }
    public string Folder { get; }
    public string Id { get; private set; } = "";
    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("The agent is stopped.");
    public virtual string Log => _process is null ? "" : _process.Output.Text + _process.Errors.Text;

    /// <summary>Registers with a new activation and waits until the gateway sees the node online.</summary>
    protected async Task RegisterAndStartAsync()
    {
        var activation = await Gateway.Api.CallAsync("CreateActivation", new { IamRole = "service-role/nodes", RegistrationLimit = 1 });
        var activationId = activation["ActivationId"]!.GetValue<string>();
        await RegisterAsync(activationId, activation["ActivationCode"]!.GetValue<string>());
        Id = await NodeOfAsync(activationId);
        try
        {
            await StartAsync();
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <param name="at">The gateway it will come to; null: where it registered.</param>
    public async Task StartAsync(Gateway? at = null)
    {
        _process = Child.Start(RunCommand());
        await OnlineAsync(at);
    }

    public async Task OnlineAsync(Gateway? at = null)
    {
        try
        {
            await Deadline.UntilAsync($"{Id} online", async () =>
                (await (at ?? Gateway).Api.CallAsync("GetConnectionStatus", new { Target = Id }))["Status"]!.GetValue<string>() == "connected");
        }
        catch (TimeoutException timeout)
        {
            throw new TimeoutException($"{timeout.Message}\nIts agent said:\n{Log}", timeout);
        }
    }

    /// <summary>Ends the agent and returns its exit code.</summary>
    public async Task<int> StopAsync(int? signal = null)
    {
        var process = _process ?? throw new InvalidOperationException("The agent is stopped.");
        process.Signal(signal ?? StopSignal);
        var exitCode = await process.ExitAsync(StopTime);
        Repository.KeepLog($"node-{Id}-of-{Gateway.Port}", Log);
        await process.DisposeAsync();
        _process = null;
        return exitCode;
    }

    /// <summary>The processes below the agent's own: shells, commands and, with AWS's agent, its workers.</summary>
    public IReadOnlyList<string> ProcessesOfSessions() => [.. ProcessTree.Below(ProcessId).Where(IsOfSession)];

    /// <summary>What ends it when a test says nothing else.</summary>
    protected virtual int StopSignal => Native.SigTerm;

    protected abstract Task RegisterAsync(string activationId, string activationCode);

    protected abstract Command RunCommand();

    protected virtual bool IsOfSession(string commandLine) => true;

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await StopAsync();
        Directory.Delete(Folder, recursive: true);
    }

    // Tests register nodes side by side: only the activation, which is good for one, tells them apart.
    private async Task<string> NodeOfAsync(string activationId)
    {
        var filter = new { Key = "ActivationIds", Values = new[] { activationId } };
        var answer = await Gateway.Api.CallAsync("DescribeInstanceInformation", new { Filters = new[] { filter } });
        return answer["InstanceInformationList"]!.AsArray().Single()!["InstanceId"]!.GetValue<string>();
    }
}
