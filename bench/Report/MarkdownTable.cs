using System.Globalization;
using System.Text;
using Postern.Bench.Measuring;

namespace Postern.Bench.Report;

/// <summary>A run as tables for people: medians with the range of the rounds, ratios, parts.</summary>
internal sealed class MarkdownTable(SystemResult result)
{
    private static readonly (string Metric, string Title, bool MoreIsBetter)[] Rows =
    [
        (Metrics.BulkDown, "bulk down, MB/s", true),
        (Metrics.BulkUp, "bulk up, MB/s", true),
        (Metrics.BulkBothDown, "both at once: down, MB/s", true),
        (Metrics.BulkBothUp, "both at once: up, MB/s", true),
        (Metrics.BulkBoth, "both at once: sum, MB/s", true),
        (Metrics.RoundTripP50, "1 byte and back, p50, µs", false),
        (Metrics.RoundTripP99, "1 byte and back, p99, µs", false),
        (Metrics.Requests, "50 connections 64 B → 200 B, requests/s", true),
        (Metrics.RequestP50, "the same, p50, ms", false),
        (Metrics.RequestP99, "the same, p99, ms", false),
        (Metrics.PortOpen, "exec to port open, ms", false),
        (Metrics.FirstByte, "exec to first byte back, ms", false),
        (Metrics.Prompt, "exec to shell prompt, ms", false),
        (Metrics.EndedForPerson, "`postern terminate` of a shell to its person's program ended, ms", false),
        (Metrics.EndedOnNode, "the same to its shell gone from the node, ms", false),
    ];

    private static readonly (string Metric, string Title)[] PartRows =
    [
        (Metrics.CpuDown, "CPU s/GB down"),
        (Metrics.CpuUp, "CPU s/GB up"),
        (Metrics.IdleRss, "idle, RSS"),
        (Metrics.IdlePss, "idle, PSS"),
        (Metrics.SessionRss, "one session more, RSS"),
        (Metrics.SessionPss, "one session more, PSS"),
        (Metrics.LoadedRss, "after load, RSS"),
        (Metrics.LoadedPss, "after load, PSS"),
    ];

    private readonly StringBuilder _text = new();

    public string Write()
    {
        var machine = result.Machine;
        Line("# Measurements");
        Line();
        Line(string.Create(CultureInfo.InvariantCulture, $"{machine.Date}, source {machine.Source}. {machine.Processor}, {machine.Cores} cores, {machine.MemoryGB:F1} GB; Linux {machine.Kernel}; {machine.Runtime}; {machine.Ssh}."));
        Line(string.Create(CultureInfo.InvariantCulture, $"{machine.Seconds:F0} s, {result.Rounds} rounds; load average {machine.LoadBefore:F1} before, {machine.LoadAfter:F1} after; programs of others kept {machine.OthersCores:F2} cores busy."));
        Line("Everything runs on this one machine over loopback, load generator included. Made by `./dev bench`.");
        Line();
        foreach (var column in result.Columns)
            Line($"- **{column.Name}**: {column.Description}");
        foreach (var missing in result.Missing)
            Line($"- missing: {missing}");
        foreach (var column in result.Columns.Where(column => column.Failure is not null))
            Line($"- **{column.Name} failed**: {column.Failure!.ReplaceLineEndings(" ")}");
        WriteSpeeds();
        WriteRatios();
        WriteParts();
        return _text.ToString();
    }

    private void WriteSpeeds()
    {
        Section("Medians (lowest to highest of the rounds)", result.Columns);
        foreach (var (metric, title, _) in Rows)
            Row(title, result.Columns, column => column.Samples.GetValueOrDefault(metric) is { } samples
                ? $"{Number(Statistics.Median(samples))} ({Number(samples.Min())}–{Number(samples.Max())})"
                : null);
    }

    /// <summary>How many times better than ssh; less than 1 is worse.</summary>
    private void WriteRatios()
    {
        var ours = result.Columns.Where(column => column.Name is "postern" or "plugin" or "aws").ToList();
        foreach (var other in result.Columns.Where(column => column.Name is "ssh-L" or "ssh-J" or "socat"))
        {
            if (ours.Count == 0)
                return;
            Section($"Times better than {other.Name} (less than 1 is worse)", ours);
            foreach (var (metric, title, moreIsBetter) in Rows)
                if (other.Median(metric) is > 0 and var reference)
                    Row(title, ours, column => column.Median(metric) is > 0 and var value ? Number(moreIsBetter ? value / reference : reference / value) : null);
        }
    }

    private void WriteParts()
    {
        Section("What the parts use (memory in MB; processes below a part count with it)", result.Columns);
        foreach (var (metric, title) in PartRows)
            Row(title, result.Columns, column =>
            {
                var parts = column.Samples.Where(entry => entry.Key.StartsWith(metric, StringComparison.Ordinal)).ToList();
                return parts.Count == 0 ? null : string.Join(", ", parts.Select(entry => $"{entry.Key[metric.Length..]} {Number(Statistics.Median(entry.Value))}"));
            });
    }

    private void Section(string title, IReadOnlyList<ColumnResult> columns)
    {
        Line();
        Line($"## {title}");
        Line();
        Line($"| | {string.Join(" | ", columns.Select(column => column.Name))} |");
        Line($"|---|{string.Concat(columns.Select(_ => "---|"))}");
    }

    private void Row(string title, IReadOnlyList<ColumnResult> columns, Func<ColumnResult, string?> cell) =>
        Line($"| {title} | {string.Join(" | ", columns.Select(column => cell(column) ?? "–"))} |");

    private void Line(string text = "") => _text.Append(text).Append('\n');

    /// <summary>Three digits that count.</summary>
    private static string Number(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("F0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("F1", CultureInfo.InvariantCulture),
        _ => value.ToString("F2", CultureInfo.InvariantCulture),
    };
}
