using System.Globalization;
using System.Text;
using System.Text.Json;
using Postern.Bench.Measuring;
using Postern.Bench.Report;
using Postern.Bench.Torture.Flows;

namespace Postern.Bench.Torture;

/// <param name="Number">Counts from 1.</param>
/// <param name="Place">Where.</param>
/// <param name="Kind">What was done.</param>
/// <param name="Recovery">Seconds from the end of the fault until every flow had received all that was sent before that, and more; null when the next fault came at once.</param>
internal sealed record FaultRecord(int Number, int Place, string Kind, double? Recovery);

/// <param name="Place">Where.</param>
/// <param name="Damage">See <see cref="Flows.Damage"/>.</param>
/// <param name="Message">Which stream, which byte.</param>
/// <param name="Logs">Folder with what the programs said.</param>
internal sealed record FailureRecord(int Place, string Damage, string Message, string Logs);

/// <summary>One run of the torture.</summary>
internal sealed record TortureResult(
    Machine Machine, TortureOptions Options, IReadOnlyList<FaultRecord> Faults, IReadOnlyList<FailureRecord> Failures, long VerifiedBytes, long Connections)
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public bool Failed => Failures.Count > 0 || Faults.Count < Options.Faults;

    /// <summary>Leaves torture.json and torture.md in a folder.</summary>
    public async Task WriteAsync(string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var rounded = Faults.Select(fault => fault with { Recovery = fault.Recovery is { } seconds ? Math.Round(seconds, 3) : null }).OrderBy(fault => fault.Number);
        var text = JsonSerializer.Serialize(new { Machine, Options.Seed, Options.Places, Options.Rate, VerifiedBytes, Connections, Failures, Faults = rounded }, Json);
        await File.WriteAllTextAsync(Path.Combine(folder, "torture.json"), text + "\n", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "torture.md"), Table(), cancellationToken);
    }

    public string Table()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# Torture\n\n{Machine.Date}, source {Machine.Source}. {Machine.Processor}, {Machine.Cores} cores; Linux {Machine.Kernel}; {Machine.Runtime}.\n");
        text.Append(CultureInfo.InvariantCulture, $"{Machine.Seconds:0} s, seed {Options.Seed}, {Options.Places} places at once; programs of others kept {Machine.OthersCores:0.0} cores busy. Made by `./dev bench torture`.\n\n");
        text.Append("In each place a gateway, an agent and three clients run, with a network between them that can be broken. Through a tunnel, standard streams and a shell\n"
            + "flow streams both ways whose every byte is known to its receiver. Faults happen at random, one in six while the last one is being recovered from.\n\n");
        text.Append(CultureInfo.InvariantCulture, $"- faults: {Faults.Count} of {Options.Faults}\n- bytes that arrived right: {VerifiedBytes / 1e6:0} MB; connections opened, used and ended meanwhile: {Connections}\n");
        foreach (var damage in Enum.GetValues<Damage>())
            text.Append(CultureInfo.InvariantCulture, $"- {Describe(damage)}: {Failures.Count(failure => failure.Damage == damage.ToString())}\n");
        text.Append("\nSeconds from the end of a fault until every flow has received all that was sent before it, and more:\n\n| fault | times | median | p99 | longest |\n|---|---|---|---|---|\n");
        foreach (var kind in Faults.GroupBy(fault => fault.Kind).OrderBy(kind => kind.Key, StringComparer.Ordinal))
            Row(text, kind.Key, [.. kind]);
        Row(text, "all", Faults);
        foreach (var failure in Failures)
            text.Append(CultureInfo.InvariantCulture, $"\nPlace {failure.Place}: {failure.Damage}: {failure.Message} ({failure.Logs})\n");
        return text.ToString();
    }

    private static void Row(StringBuilder text, string name, IReadOnlyCollection<FaultRecord> faults)
    {
        var times = faults.Select(fault => fault.Recovery).OfType<double>().Order().ToList();
        text.Append(times.Count == 0
            ? $"| {name} | {faults.Count} | – | – | – |\n"
            : string.Create(CultureInfo.InvariantCulture, $"| {name} | {faults.Count} | {Statistics.Median(times):0.00} | {times[(int)Math.Ceiling(times.Count * 0.99) - 1]:0.00} | {times[^1]:0.00} |\n"));
    }

    private static string Describe(Damage damage) => damage switch
    {
        Damage.Lost => "streams with lost bytes",
        Damage.Doubled => "streams with doubled or reordered bytes",
        Damage.Changed => "streams with changed bytes",
        Damage.Ended => "sessions or connections that ended",
        _ => "flows that stayed stuck",
    };
}
