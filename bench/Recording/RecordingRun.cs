using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Postern.Bench.Columns;
using Postern.Bench.Load;
using Postern.Bench.Measuring;
using Postern.Bench.Processes;
using Postern.Bench.Report;
using Postern.Bench.Servers;

namespace Postern.Bench.Recording;

/// <summary>
/// A tunnel beside a hundred commands, all recorded, and the same unrecorded, by turns in one run: beside commands that write as much as is taken (which is less
/// when they are recorded, so the tunnel has more left), and beside commands that write the same either way. Then every recording is held against what its person saw.
/// </summary>
internal sealed class RecordingRun(RecordingOptions options) : IAsyncDisposable
{
    private const string Setting = "POSTERN_RECORDING";
    private const long FirstBytes = 8 << 20;
    private const int StartsAtOnce = 8;

    private readonly string _folder = Directory.CreateTempSubdirectory("postern-bench-").FullName;
    private readonly Stack<IAsyncDisposable> _running = new();
    private readonly List<SeenOutput> _seen = [];
    private readonly Machine _machine = Machine.Look();
    private readonly List<string> _said = [];
    private double _memory;

    /// <returns>Whether it met its goals.</returns>
    public static async Task<bool> RunAsync(RecordingOptions options, CancellationToken cancellationToken)
    {
        await using var run = new RecordingRun(options);
        return await run.MeasureAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        while (_running.TryPop(out var running))
            await running.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> MeasureAsync(CancellationToken cancellationToken)
    {
        var load = Own(await LoadTarget.StartAsync(cancellationToken));
        var off = await SiteAsync("off", cancellationToken);
        var on = await SiteAsync("ifPossible", cancellationToken);
        var met = true;
        // The steady ones first: what was written without end is still being made searchable for a while.
        foreach (var (name, command) in new[] { ("steadily", LoudShell.Steady), ("without end", LoudShell.WithoutEnd) })
        {
            List<double> without = [], with = [], shellsWithout = [], shellsWith = [];
            for (var round = 0; round < options.Rounds; round++)
            {
                await PhaseAsync(off, command, load.Port, without, shellsWithout, recorded: false, cancellationToken);
                await PhaseAsync(on, command, load.Port, with, shellsWith, recorded: true, cancellationToken);
            }
            var kept = Median(with) / Median(without);
            met &= kept >= options.Goal;
            Say($"beside {options.Shells} commands that write {name}");
            Say($"  unrecorded, MB/s: tunnel {Text(without)}; commands {Text(shellsWithout)}");
            Say($"  recorded, MB/s: tunnel {Text(with)}; commands {Text(shellsWith)}");
            Say(string.Create(CultureInfo.InvariantCulture, $"  the recorded tunnel keeps {kept:P0} (goal: {options.Goal:P0}){(kept < options.Goal ? "  MISSED" : "")}"));
        }
        await on.Gateway.EndAsync(Native.SigTerm, cancellationToken);
        var faults = await FaultsAsync(on.Data, cancellationToken);

        Say(string.Create(CultureInfo.InvariantCulture, $"the recording gateway's memory at most: {_memory / 1e6:0} MB (goal: {options.MostMemory / 1e6:0}){(_memory > options.MostMemory ? "  MISSED" : "")}"));
        Say($"{_seen.Count} recordings of {_seen.Sum(seen => seen.Bytes) / 1_000_000} MB in all against what was seen: {faults.Count} differ (goal: 0){(faults.Count > 0 ? "  MISSED" : "")}");
        foreach (var fault in faults.Take(10))
            Say("  " + fault);
        if (options == new RecordingOptions())
            await File.WriteAllTextAsync(Path.Combine(Repository.Root, "bench", "results", "recording.md"), Report(), cancellationToken);
        return met && _memory <= options.MostMemory && faults.Count == 0;
    }

    private async Task PhaseAsync(RecordedSite site, string command, int destination, List<double> tunnel, List<double> shells, bool recorded, CancellationToken cancellationToken)
    {
        var loud = new List<LoudShell>();
        try
        {
            await Parallel.ForAsync(0, options.Shells, new ParallelOptions { MaxDegreeOfParallelism = StartsAtOnce, CancellationToken = cancellationToken }, async (_, token) =>
            {
                var shell = await LoudShell.StartAsync(site.Gateway, site.Roots, site.Node.Id, command, token);
                lock (loud)
                    loud.Add(shell);
            });
            await using (var opening = await Opening.TunnelAsync(site.Column, destination, cancellationToken))
            {
                var speed = FirstBytes / await LoadClient.BulkAsync(opening.Port, LoadKind.Source, FirstBytes, cancellationToken);
                var (before, start) = (loud.Sum(shell => shell.Seen), Stopwatch.GetTimestamp());
                var bytes = (long)(speed * options.Box.TotalSeconds);
                tunnel.Add(bytes / await LoadClient.BulkAsync(opening.Port, LoadKind.Source, bytes, cancellationToken) / 1e6);
                shells.Add((loud.Sum(shell => shell.Seen) - before) / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e6);
            }
            if (recorded)
                _memory = Math.Max(_memory, ProcessTree.Of(site.Gateway.ProcessId).Rss);
            var seen = await Task.WhenAll(loud.Select(shell => shell.EndAsync()));
            if (recorded)
                _seen.AddRange(seen);
        }
        finally
        {
            await Task.WhenAll(loud.Select(shell => shell.DisposeAsync().AsTask()));
        }
    }

    private async Task<List<string>> FaultsAsync(string data, CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        await using var replays = await Replays.OpenAsync(data, cancellationToken);
        foreach (var seen in _seen)
            if (await replays.FaultOfAsync(seen, cancellationToken) is { } fault)
                faults.Add($"{seen.SessionId}: {fault}");
        return faults;
    }

    private async Task<RecordedSite> SiteAsync(string mode, CancellationToken cancellationToken)
    {
        var data = Path.Combine(_folder, mode);
        Environment.SetEnvironmentVariable(Setting, mode); // the gateway inherits it
        var gateway = Own(await Gateway.StartAsync(data, cancellationToken));
        Environment.SetEnvironmentVariable(Setting, null);
        var node = Own(await Node.StartAsync(gateway, data + "-node", cancellationToken));
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(gateway.CaFile);
        return new RecordedSite(gateway, node, data, roots, new PosternColumn(mode, mode, gateway, node));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string Text(List<double> values) => string.Join(", ", values.Select(value => value.ToString("0.0", CultureInfo.InvariantCulture)));

    private void Say(string line)
    {
        Console.WriteLine(line);
        _said.Add(line);
    }

    private string Report() => string.Create(CultureInfo.InvariantCulture,
        $"# Recorded and not\n\n{_machine.Date}, source {_machine.Source}. {_machine.Processor}, {_machine.Cores} cores; Linux {_machine.Kernel}. Made by `./dev bench recording`.\n\n")
        + "A tunnel beside commands, on a gateway that records all and on one that records nothing, by turns. The load generator runs on the same machine.\n\n"
        + string.Concat(_said.Select(line => line.StartsWith(' ') ? $"  - {line.Trim()}\n" : $"- {line}\n"));

    private T Own<T>(T running) where T : IAsyncDisposable
    {
        _running.Push(running);
        return running;
    }

    private sealed record RecordedSite(Gateway Gateway, Node Node, string Data, X509Certificate2Collection Roots, Column Column);
}
