using System.Globalization;
using System.Text;
using System.Text.Json;
using Postern.Bench.Report;

namespace Postern.Bench.Fleet;

/// <summary>One figure of a load run.</summary>
/// <param name="Phase">Heading it stands under.</param>
/// <param name="What">What was measured, with its unit.</param>
/// <param name="Value">The figure.</param>
/// <param name="Goal">What it should be, in words; empty for most.</param>
/// <param name="Missed">It is not what it must be: the run has failed.</param>
internal sealed record FleetFigure(string Phase, string What, double Value, string Goal, bool Missed);

/// <summary>A load run as it is written down.</summary>
internal sealed class FleetResult(FleetOptions options)
{
    private const string Text = """
        Nodes are the agent's own classes (signed requests for keys, reports, control channel with pings, sessions), a few thousand in each of several
        processes, each node with its own connections; those of one process share an RSA key. Persons are the client library: StartSession, data
        channel and handshake on new TLS connections each time, then one raw connection through the node to an echo service (the document that ssh
        uses). All of it, the gateway and everything that loads it, runs on this one machine over loopback.
        """;
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private readonly Machine _machine = Machine.Look();
    private readonly List<FleetFigure> _figures = [];
    private readonly Dictionary<string, int> _reasons = [];

    public bool Failed => _figures.Exists(figure => figure.Missed);

    public void Add(string phase, string what, double value, string goal = "", bool missed = false)
    {
        _figures.Add(new(phase, what, Math.Round(value, 3), goal, missed));
        Console.Error.WriteLine($"{phase}: {what} {Number(value)}{(missed ? "  FAILED" : "")}");
    }

    /// <summary>Something that must not happen once.</summary>
    public void AddLost(string phase, string what, int count, IReadOnlyDictionary<string, int>? reasons = null)
    {
        Add(phase, what, count, "0", missed: count != 0);
        AddReasons(reasons);
    }

    public void AddReasons(IReadOnlyDictionary<string, int>? reasons)
    {
        foreach (var (reason, times) in reasons ?? new Dictionary<string, int>())
        {
            _reasons[reason] = _reasons.GetValueOrDefault(reason) + times;
            Console.Error.WriteLine($"  {times} x {reason}");
        }
    }

    public async Task<string> WriteAsync(TimeSpan elapsed, CancellationToken cancellationToken)
    {
        var machine = _machine.After(elapsed);
        var table = Table(machine);
        if (options.Folder is { } folder)
        {
            Directory.CreateDirectory(folder);
            await File.WriteAllTextAsync(Path.Combine(folder, "load.md"), table, cancellationToken);
            await File.WriteAllTextAsync(Path.Combine(folder, "load.json"),
                JsonSerializer.Serialize(new { machine, options.Nodes, options.Sessions, options.Rate, Figures = _figures, Reasons = _reasons }, Json) + "\n", cancellationToken);
        }
        return table;
    }

    private string Table(Machine machine)
    {
        var text = new StringBuilder("# Many nodes, many sessions\n\n")
            .Append(CultureInfo.InvariantCulture, $"{machine.Date}, source {machine.Source}. {machine.Processor}, {machine.Cores} cores, {machine.MemoryGB:F1} GB; Linux {machine.Kernel}; {machine.Runtime}. ")
            .Append(CultureInfo.InvariantCulture, $"{machine.Seconds:F0} s; programs of others kept {machine.OthersCores:F2} cores busy. Made by `./dev bench load`.\n\n")
            .Append(Text).Append('\n');
        foreach (var phase in _figures.GroupBy(figure => figure.Phase))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {phase.Key}\n\n| | | goal |\n|---|---|---|\n");
            foreach (var figure in phase)
                text.Append(CultureInfo.InvariantCulture, $"| {figure.What} | {Number(figure.Value)}{(figure.Missed ? " **failed**" : "")} | {figure.Goal} |\n");
        }
        if (_reasons.Count > 0)
            text.Append("\nWhat was said on the way:\n\n").AppendJoin('\n', _reasons.Select(entry => $"- {entry.Value} x {entry.Key}")).Append('\n');
        return text.ToString();
    }

    private static string Number(double value) => value.ToString(Math.Abs(value) switch
    {
        >= 100 => "F0",
        >= 10 => "F1",
        _ when value == Math.Floor(value) => "F0",
        _ => "F2",
    }, CultureInfo.InvariantCulture);
}
