using System.Diagnostics;

namespace Postern.Bench.Fleet;

internal sealed partial class FleetRun
{
    private static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(10), UpkeepTime = TimeSpan.FromSeconds(25), EndLimit = TimeSpan.FromSeconds(40);

    private async Task HoldAsync(CancellationToken cancellationToken)
    {
        var (cpu, rss) = (_watch.Cpu, _watch.Rss);
        var held = await AskPersonsAsync(new("hold") { Count = _options.Sessions, Nodes = _nodes }, cancellationToken);
        _result.Add("Sessions at once", "sessions open", held.Sessions, _options.Nodes == 10_000 ? "1000" : "");
        _result.AddLost("Sessions at once", "sessions that did not open", held.Failed, held.Reasons);
        _result.Add("Sessions at once", "opened a second, 50 at a time", held.Done / held.Seconds);
        _result.Add("Sessions at once", "gateway, ms of processor time for each", (_watch.Cpu - cpu) / Math.Max(1, held.Done) * 1000);
        var live = await AskPersonsAsync(new("live"), cancellationToken);
        _result.AddLost("Sessions at once", "sessions the API does not list as active", _options.Sessions - live.Sessions);
        var echo = await AskPersonsAsync(new("echo"), cancellationToken);
        _result.AddLost("Sessions at once", "sessions that did not send back the same bytes", echo.Failed, echo.Reasons);
        _result.Add("Sessions at once", "s until all had sent theirs back, all at once", echo.Seconds);
        var cores = await _watch.CoresDuringAsync(() => Task.Delay(QuietTime, cancellationToken));
        _result.Add("Sessions at once", "gateway, cores busy when nothing is sent", cores);
        _result.Add("Sessions at once", "gateway, kB more for each", (_watch.Rss - rss) * 1000 / _options.Sessions);
        var again = await AskPersonsAsync(new("echo"), cancellationToken);
        _result.AddLost("Sessions at once", "sessions that did not send back the same bytes afterwards", again.Failed, again.Reasons);
    }

    /// <summary>Starts at a rate, with all other sessions still open.</summary>
    private async Task StartsAsync(CancellationToken cancellationToken)
    {
        if (_options.WarmStarts > 0)
            await AskPersonsAsync(new("starts") { Count = _options.WarmStarts, Rate = Math.Max(1, _options.Rate / 4), Nodes = _nodes }, cancellationToken);
        var cpu = _watch.Cpu;
        var count = (int)(_options.Rate * _options.RateTime.TotalSeconds);
        var answer = await AskPersonsAsync(new("starts") { Count = count, Rate = _options.Rate, Nodes = _nodes }, cancellationToken);
        var sorted = answer.Latencies.Order().ToList();
        var title = $"Starts, {_options.Rate} a second asked for";
        _result.Add(title, "sessions started, used, ended", answer.Done);
        _result.AddLost(title, "failed", count - answer.Done, answer.Reasons); // with those that were never begun
        _result.Add(title, "a second, until the last first byte", answer.Done / answer.Seconds, _options.Rate == 200 ? "200" : "");
        foreach (var (name, share) in new[] { ("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("longest", 1.0) })
            _result.Add(title, $"StartSession to first byte back, ms, {name}", sorted.Count == 0 ? 0 : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Count) - 1)]);
        _result.Add(title, "gateway, ms of processor time for each", (_watch.Cpu - cpu) / Math.Max(1, answer.Done) * 1000);
    }

    /// <summary>Everything goes; nothing may be left.</summary>
    private async Task CloseAsync(int socketsBefore, CancellationToken cancellationToken)
    {
        var released = await AskPersonsAsync(new("release"), cancellationToken);
        _result.AddLost("Afterwards", "sessions that could not be ended", released.Failed, released.Reasons);
        var nodes = await UntilAsync(async () => (await AskNodesAsync(new("state"), _options.StepLimit, cancellationToken)).Sessions, cancellationToken);
        _result.AddLost("Afterwards", "sessions left on nodes", nodes);
        var live = await UntilAsync(async () => (await AskPersonsAsync(new("live"), cancellationToken)).Sessions, cancellationToken);
        _result.AddLost("Afterwards", "sessions left in a live state", live);
        var state = await AskNodesAsync(new("state"), _options.StepLimit, cancellationToken);
        _result.AddLost("Afterwards", "nodes that lost their channel", state.Failed);
        _result.Add("Afterwards", "gateway with all nodes, RSS MB", _watch.Rss);
        await AskNodesAsync(new("close"), _options.StepLimit, cancellationToken);
        await DisposeAsync();
        var sockets = await UntilAsync(() => Task.FromResult(_watch.Sockets - socketsBefore), cancellationToken);
        _result.AddLost("Afterwards", "connections left in the gateway", Math.Max(0, sockets));
        await Task.Delay(UpkeepTime, cancellationToken);
        _result.Add("Afterwards", "gateway with nothing connected, RSS MB", _watch.Rss);
    }

    /// <summary>The count once it is not above zero, or when the time is over.</summary>
    private static async Task<int> UntilAsync(Func<Task<int>> count, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            var left = await count();
            if (left <= 0 || Stopwatch.GetElapsedTime(start) > EndLimit)
                return left;
            await Task.Delay(200, cancellationToken);
        }
    }
}
