using System.Text;

namespace Postern.Cli.Output;

/// <summary>Columns of text, as wide as they need to be.</summary>
internal sealed class Table(params string[] headers)
{
    private const int Gap = 2;

    private readonly List<string[]> _rows = [headers];

    public void Add(params string?[] cells) => _rows.Add([.. cells.Select(c => Printable(c ?? "-"))]);

    /// <param name="output">Where to.</param>
    /// <param name="headings">False: the rows alone, for what follows a table that was printed before.</param>
    public void WriteTo(TextWriter output, bool headings = true)
    {
        var widths = new int[headers.Length];
        foreach (var row in _rows)
            for (var i = 0; i < widths.Length; i++)
                widths[i] = Math.Max(widths[i], row[i].Length);
        foreach (var row in headings ? _rows : _rows.Skip(1))
        {
            var line = new StringBuilder();
            for (var i = 0; i < widths.Length; i++)
                line.Append(row[i].PadRight(widths[i] + Gap));
            output.WriteLine(line.ToString().TrimEnd());
        }
    }

    /// <summary>Names come from nodes: nothing in them may steer the terminal.</summary>
    private static string Printable(string text) => text.Length == 0 ? "-" : string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
