using Postern.Bench.Processes;
using Postern.Bench.Servers;
using Postern.Bench.Torture.Flows;

namespace Postern.Bench.Torture.Places;

/// <summary>A gateway, a node, three clients, what flows through them, and the networks between: all that is tortured together.</summary>
internal sealed class Place : IAsyncDisposable
{
    private static readonly TimeSpan StartTime = TimeSpan.FromMinutes(3);

    private readonly string _folder = Directory.CreateTempSubdirectory("postern-torture-").FullName;
    private readonly CancellationTokenSource _end = new();
    private readonly List<ClientProcess> _clients = [];
    private readonly List<Flow> _flows = [];
    private readonly List<Task> _running = [];
    private readonly FarEnd _far = new();
    private Gateway? _gateway;
    private Network? _nodeNetwork;
    private Node? _node;

    private Place() { }

    public Gateway Gateway => _gateway!;
    public Node Node => _node!;

    /// <summary>Between the agent and the gateway.</summary>
    public Network NodeNetwork => _nodeNetwork!;
    public IReadOnlyList<ClientProcess> Clients => _clients;
    public IReadOnlyList<Flow> Flows => _flows;

    /// <summary>What was done to it, and when.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Completes with the first flow that does.</summary>
    public Task Broken { get; private set; } = Task.CompletedTask;

    /// <summary>Starts everything and waits until bytes flow everywhere.</summary>
    public static async Task<Place> StartAsync(int rate, CancellationToken cancellationToken)
    {
        var place = new Place();
        try
        {
            await place.StartProgramsAsync(rate, cancellationToken);
            return place;
        }
        catch
        {
            await place.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until everything sent before has arrived in every flow, and something sent later.</summary>
    /// <exception cref="StreamBrokenException">A flow is broken, or is stuck for longer than <paramref name="limit"/>.</exception>
    public async Task FlowsAgainAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        foreach (var flow in _flows)
            flow.Mark();
        var start = TimeProvider.System.GetTimestamp();
        while (!_flows.TrueForAll(flow => flow.IsPastMark))
        {
            if (Broken.IsCompleted)
                await Broken;
            if (TimeProvider.System.GetElapsedTime(start) > limit)
                throw new StreamBrokenException(Damage.Stuck, $"after {limit.TotalSeconds} s: {string.Join("; ", _flows.Where(flow => !flow.IsPastMark).Select(flow => flow.Progress))}");
            await Task.Delay(5, cancellationToken);
        }
    }

    /// <summary>What the programs said, for whoever looks into a failure.</summary>
    public async Task KeepLogsAsync(string folder, string title)
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "what.log"), $"{title}\n{string.Join('\n', _flows.Select(flow => flow.Progress))}\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "gateway.log"), Gateway.Log);
        await File.WriteAllTextAsync(Path.Combine(folder, "agent.log"), Node.Log);
        foreach (var client in _clients)
            await File.WriteAllTextAsync(Path.Combine(folder, $"{client.Name}.log"), $"{client.Errors}\nrunning: {client.Running}\n");
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        foreach (var client in _clients)
            await client.DisposeAsync();
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_node is not null)
            await _node.DisposeAsync();
        if (_nodeNetwork is not null)
            await _nodeNetwork.DisposeAsync();
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        await _far.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        _end.Dispose();
    }

    private async Task StartProgramsAsync(int rate, CancellationToken cancellationToken)
    {
        _gateway = await Gateway.StartAsync(Path.Combine(_folder, "gateway"), cancellationToken);
        _nodeNetwork = new Network(_gateway.Port);
        _node = await Node.StartAsync(_gateway, Path.Combine(_folder, "node"), cancellationToken, _nodeNetwork.Endpoint);

        var port = FreePort.Take();
        var forward = Add(ClientProcess.Start(_gateway, "forward", "forward", "--json", _node.Id, $"{port}:{_far.Port}"));
        using (var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            limit.CancelAfter(StartTime);
            if (await forward.Output.ReadAsync(new byte[4096], limit.Token) == 0)
                throw new InvalidOperationException($"postern forward ended: {forward.Errors}");
        }
        Begin(new BulkFlow("tunnel", 1, rate, slow: false, _far, (flow, token) => PersonEnd.ConnectAsync(port, flow, token)));
        Begin(new BulkFlow("tunnel with pauses", 2, rate / 2, slow: true, _far, (flow, token) => PersonEnd.ConnectAsync(port, flow, token)));
        Begin(new EchoFlow("echo", 3, port, _far));
        Begin(new ShortFlow("short connections", 4, port, _far));

        var stdio = Add(ClientProcess.Start(_gateway, "stdio", "ssh", "--stdio", _node.Id, $"{_far.Port}"));
        Begin(new BulkFlow("standard streams", 5, rate, slow: false, _far, async (flow, token) =>
        {
            await stdio.Input.WriteAsync(BitConverter.GetBytes(flow), token);
            await stdio.Input.FlushAsync(token);
            return new(stdio.Input, stdio.Output);
        }));

        var shell = Add(ClientProcess.StartOnTerminal(_gateway, "shell", "start", _node.Id));
        Begin(new ShellFlow("shell", shell.Screen!));
        Broken = Task.WhenAny(_running).Unwrap();
        await FlowsAgainAsync(StartTime, cancellationToken);
    }

    private ClientProcess Add(ClientProcess client)
    {
        _clients.Add(client);
        return client;
    }

    private void Begin(Flow flow)
    {
        _flows.Add(flow);
        _running.Add(flow.RunAsync(_end.Token));
    }
}
