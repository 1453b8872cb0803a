using System.Diagnostics;
using Postern.Bench.Servers;
using Postern.Protocol.AwsJson;

namespace Postern.Bench.Fleet;

/// <summary>The load run: many nodes, many sessions, many starts, a restart; then nothing may be left.</summary>
internal sealed partial class FleetRun : IAsyncDisposable
{
    private const int MaxRegistrations = 1000; // of one activation
    private const int FirstSource = 10;

    private readonly FleetOptions _options;
    private readonly FleetResult _result;
    private readonly Gateway _gateway;
    private readonly GatewayWatch _watch;
    private readonly List<FleetProcess> _nodeProcesses = [];
    private readonly List<FleetNode> _nodes = [];
    private FleetProcess _persons = null!;

    private FleetRun(FleetOptions options, FleetResult result, Gateway gateway)
        => (_options, _result, _gateway, _watch) = (options, result, gateway, new GatewayWatch(gateway));

    /// <summary>False when anything was lost.</summary>
    public static async Task<bool> RunAsync(FleetOptions options, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var files = OpenFiles.Raise(); // inherited by all that is started here
        // Two connections of a node, three of a session, at the same time; and some for the process itself.
        var needed = 2 * options.Nodes + 3 * options.Sessions + 500;
        if (files < options.Nodes + 2 * options.Sessions + 500)
        {
            Console.Error.WriteLine($"bench: {files} open files are allowed, {options.Nodes} nodes need about {needed}: raise the hard limit (ulimit -Hn)");
            return false;
        }
        var folder = Directory.CreateTempSubdirectory("postern-load-").FullName;
        var result = new FleetResult(options);
        try
        {
            await using var gateway = await Gateway.StartAsync(Path.Combine(folder, "gateway"), cancellationToken);
            await using var run = new FleetRun(options, result, gateway);
            result.Add("Place", "open files allowed", files);
            await run.RunPhasesAsync(folder, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException or AwsErrorException or HttpRequestException)
        {
            result.AddLost("Run", "phases that did not end", 1, new Dictionary<string, int> { [e.Message] = 1 });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        Console.WriteLine(await result.WriteAsync(Stopwatch.GetElapsedTime(start), cancellationToken));
        return !result.Failed;
    }

    public async ValueTask DisposeAsync()
    {
        var ending = _nodeProcesses.Select(process => process.DisposeAsync().AsTask()).ToList();
        _nodeProcesses.Clear();
        if (Interlocked.Exchange(ref _persons, null!) is { } persons)
            ending.Add(persons.DisposeAsync().AsTask());
        await Task.WhenAll(ending);
    }

    private async Task RunPhasesAsync(string folder, CancellationToken cancellationToken)
    {
        await StartProcessesAsync(cancellationToken);
        if (_options is { Sessions: > 0, AgentSessions: > 0 })
            await MeasureAgentAsync(folder, cancellationToken);
        var (base_, sockets) = (_watch.Rss, _watch.Sockets);
        _result.Add("Place", "gateway without nodes, RSS MB", base_);
        await RegisterAsync(cancellationToken);
        await ConnectAsync(cancellationToken);
        await IdleAsync(base_, cancellationToken);
        if (_options.Restart)
            await RestartAsync(cancellationToken);
        if (_options.Sessions > 0)
            await HoldAsync(cancellationToken);
        if (_options.Rate > 0)
            await StartsAsync(cancellationToken);
        await CloseAsync(sockets, cancellationToken);
    }

    private async Task StartProcessesAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < _options.Processes; i++)
            _nodeProcesses.Add(await FleetProcess.StartAsync(NodeWorker.Role, Place($"127.0.0.{FirstSource + i}")));
        var keys = _gateway.Administrator;
        _persons = await FleetProcess.StartAsync(PersonWorker.Role, Place("127.0.0.1") with { AccessKeyId = keys["AWS_ACCESS_KEY_ID"], SecretAccessKey = keys["AWS_SECRET_ACCESS_KEY"] });

        FleetPlace Place(string source) => new(_gateway.Endpoint, _gateway.CaFile, Gateway.Region, null, null, source);
    }

    private async Task RegisterAsync(CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        for (var left = _options.Nodes; left > 0;)
        {
            var shares = new List<Task<FleetAnswer>>();
            foreach (var process in _nodeProcesses)
            {
                var count = Math.Min(Math.Min(left, MaxRegistrations), (_options.Nodes + _options.Processes - 1) / _options.Processes);
                if (count == 0)
                    break;
                left -= count;
                var activation = await _gateway.Api.CallAsync(SsmOperations.CreateActivation, new() { IamRole = "service-role/nodes", RegistrationLimit = count }, cancellationToken);
                shares.Add(process.AskAsync(new("register") { Count = count, ActivationId = activation.ActivationId, ActivationCode = activation.ActivationCode }, _options.StepLimit, cancellationToken));
            }
            foreach (var answer in await Task.WhenAll(shares))
                _nodes.AddRange(answer.Nodes);
        }
        _result.Add("Connect", "nodes registered a second", _nodes.Count / Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>The same command to all processes of nodes; the answers added up.</summary>
    private async Task<FleetAnswer> AskNodesAsync(FleetCommand command, TimeSpan within, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(_nodeProcesses.Select(process => process.AskAsync(command, within, cancellationToken)));
        return new FleetAnswer
        {
            Done = answers.Sum(answer => answer.Done),
            Failed = answers.Sum(answer => answer.Failed),
            Sessions = answers.Sum(answer => answer.Sessions),
            Traffic = answers.Sum(answer => answer.Traffic),
            Seconds = answers.Max(answer => answer.Seconds),
            Reasons = answers.SelectMany(answer => answer.Reasons).GroupBy(entry => entry.Key).ToDictionary(group => group.Key, group => group.Sum(entry => entry.Value)),
        };
    }

    private Task<FleetAnswer> AskPersonsAsync(FleetCommand command, CancellationToken cancellationToken) => _persons.AskAsync(command, _options.StepLimit, cancellationToken);
}
