using System.Diagnostics;
using Postern.Bench.Processes;
using Postern.Bench.Servers;
using Postern.Protocol.AwsJson;

namespace Postern.Bench.Fleet;

internal sealed partial class FleetRun
{
    /// <summary>More than this, and a gateway of two cores does not carry 10,000 nodes as it should.</summary>
    private const double GoalMegabytes = 600;
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(3);

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        var cpu = _watch.Cpu;
        var answer = await AskNodesAsync(new("connect") { Rate = Math.Max(1, _options.ConnectRate / _options.Processes), Seconds = _options.StepLimit.TotalSeconds }, _options.ConnectLimit, cancellationToken);
        _result.Add("Connect", "nodes connected", answer.Done);
        _result.AddLost("Connect", "nodes that could not connect", answer.Failed, answer.Reasons);
        _result.Add("Connect", "nodes connected a second", answer.Done / answer.Seconds);
        _result.Add("Connect", "gateway, ms of processor time for each", (_watch.Cpu - cpu) / answer.Done * 1000);
        _result.Add("Connect", "gateway just then, RSS MB", _watch.Rss);
    }

    private async Task IdleAsync(double withoutNodes, CancellationToken cancellationToken)
    {
        await Task.Delay(Settle, cancellationToken);
        var before = await AskNodesAsync(new("state"), _options.StepLimit, cancellationToken);
        var cores = await _watch.CoresDuringAsync(() => Task.Delay(_options.IdleTime, cancellationToken));
        var after = await AskNodesAsync(new("state"), _options.StepLimit, cancellationToken);
        var connected = await AskPersonsAsync(new("connected") { Nodes = _nodes }, cancellationToken);
        var rss = _watch.Rss;
        // The check itself makes connections and garbage: memory is that of the quiet gateway.
        _result.Add("Idle", "gateway, RSS MB", rss, _options.Nodes == 10_000 ? $"{GoalMegabytes}" : "");
        _result.Add("Idle", "gateway, PSS MB", _watch.Pss);
        _result.Add("Idle", "kB for each node", (rss - withoutNodes) * 1000 / _options.Nodes);
        _result.Add("Idle", "gateway, cores busy", cores);
        _result.Add("Idle", $"reads and writes of nodes in {_options.IdleTime.TotalSeconds:F0} s (the gateway's pongs, and reports)", after.Traffic - before.Traffic);
        _result.AddLost("Idle", "nodes that lost their channel", after.Failed, after.Reasons);
        _result.AddLost("Idle", "nodes the API does not call connected", connected.Failed);
    }

    private async Task RestartAsync(CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        await _gateway.EndAsync(Native.SigKill, cancellationToken);
        await _gateway.StartAgainAsync(cancellationToken);
        _result.Add("Killed and started again", "s until it is ready", Stopwatch.GetElapsedTime(start).TotalSeconds);
        var back = AskNodesAsync(new("all-connected") { Seconds = _options.ConnectLimit.TotalSeconds }, _options.ConnectLimit + _options.StepLimit, cancellationToken);
        var (peak, cpu, half) = (0.0, 0.0, 0.0);
        while (!back.IsCompleted)
        {
            await Task.WhenAny(back, Task.Delay(500, cancellationToken));
            (peak, cpu) = (Math.Max(peak, _watch.Rss), _watch.Cpu);
            if (half == 0 && _watch.Sockets > _options.Nodes / 2)
                half = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        var answer = await back;
        // A node that has not noticed the loss of its old channel yet takes itself for connected: the gateway knows better.
        var missing = await UntilAsync(async () => (await AskPersonsAsync(new("connected") { Nodes = _nodes }, cancellationToken)).Failed, cancellationToken);
        _result.Add("Killed and started again", "s until half as many connections as nodes are there", half);
        _result.Add("Killed and started again", "s until all nodes are back", Stopwatch.GetElapsedTime(start).TotalSeconds);
        _result.Add("Killed and started again", "gateway, ms of processor time for each node", cpu / _options.Nodes * 1000);
        _result.Add("Killed and started again", "gateway at most, RSS MB", peak);
        _result.AddLost("Killed and started again", "nodes that did not come back", Math.Max(answer.Failed, missing));
        _result.AddReasons(answer.Reasons);
    }

    /// <summary>What a session costs a real agent (a program of its own) and the gateway, when nothing happens in it.</summary>
    private async Task MeasureAgentAsync(string folder, CancellationToken cancellationToken)
    {
        await using var node = await Node.StartAsync(_gateway, Path.Combine(folder, "node"), cancellationToken);
        await using var echo = new EchoService();
        List<FleetNode> target = [new(node.Id, echo.Port)];
        // The first ones make the agent load what every session needs.
        await AskPersonsAsync(new("hold") { Count = 2, Nodes = target }, cancellationToken);
        await Task.Delay(Settle, cancellationToken);
        var (agent, gateway) = (ProcessTree.Of(node.ProcessId), _watch.Rss);
        _result.Add("One session", "agent without sessions, RSS MB", agent.Rss / 1e6);
        var held = await AskPersonsAsync(new("hold") { Count = _options.AgentSessions, Nodes = target }, cancellationToken);
        await Task.Delay(Settle, cancellationToken);
        var with = ProcessTree.Of(node.ProcessId);
        var cores = await _watch.CoresDuringAsync(() => Task.Delay(Settle, cancellationToken));
        _result.AddLost("One session", "sessions that did not open", held.Failed, held.Reasons);
        _result.Add("One session", $"kB in the agent, of {_options.AgentSessions} idle ones", (with.Rss - agent.Rss) / 1e3 / _options.AgentSessions);
        _result.Add("One session", $"kB in the gateway, of {_options.AgentSessions} idle ones", (_watch.Rss - gateway) * 1e3 / _options.AgentSessions);
        _result.Add("One session", "agent, cores busy with them", (ProcessTree.CpuOf(node.ProcessId) - with.CpuSeconds) / Settle.TotalSeconds);
        _result.Add("One session", "gateway, cores busy with them", cores);
        var released = await AskPersonsAsync(new("release"), cancellationToken);
        _result.AddLost("One session", "sessions that did not end", released.Failed, released.Reasons);
    }
}
