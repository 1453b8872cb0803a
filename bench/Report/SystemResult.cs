using System.Text.Json;
using Postern.Bench.Measuring;

namespace Postern.Bench.Report;

/// <summary>One run, whole.</summary>
internal sealed record SystemResult(Machine Machine, int Rounds, IReadOnlyList<string> Missing, IReadOnlyList<ColumnResult> Columns, bool Failed)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Leaves latest.json and latest.md in a folder; returns the table.</summary>
    public async Task<string> WriteAsync(string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var medians = Columns.ToDictionary(column => column.Name, column => column.Samples.ToDictionary(entry => entry.Key, entry => Math.Round(Statistics.Median(entry.Value), 3)));
        var rounded = Columns.Select(column => column with
        {
            Samples = new(column.Samples.ToDictionary(entry => entry.Key, entry => entry.Value.ConvertAll(value => Math.Round(value, 3))), StringComparer.Ordinal),
        });
        await File.WriteAllTextAsync(Path.Combine(folder, "latest.json"), JsonSerializer.Serialize(new { Machine, Rounds, Missing, Medians = medians, Columns = rounded }, Json) + "\n", cancellationToken);
        var table = new MarkdownTable(this).Write();
        await File.WriteAllTextAsync(Path.Combine(folder, "latest.md"), table, cancellationToken);
        return table;
    }
}
