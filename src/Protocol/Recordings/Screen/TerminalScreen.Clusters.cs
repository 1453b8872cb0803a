namespace Postern.Protocol.Recordings.Screen;

public sealed partial class TerminalScreen
{
    private const int MaxClusters = 4096, MaxClusterLength = 16;

    /// <summary>Characters with the marks that joined them, those on the screen and some that were.</summary>
    private readonly List<string> _clusters = [];
    private readonly Dictionary<string, int> _clusterNumbers = new(StringComparer.Ordinal);

    private int _untilForgetting;

    private string Text(Cell cell) => (cell.Glyph & Cell.Cluster) != 0 ? _clusters[(int)(cell.Glyph & Cell.Value)] : char.ConvertFromUtf32((int)(cell.Glyph & Cell.Value));

    /// <summary>A mark goes to the character before the cursor.</summary>
    private void Join(int mark)
    {
        var at = _wrapPending ? _column : _column - 1;
        if (at < 0)
            return;
        var line = _shown[_row];
        if (line.Cells[at].IsTail)
            at--;
        var cell = line.Cells[at];
        if (cell.Glyph == 0)
            return;
        var text = Text(cell) + char.ConvertFromUtf32(mark);
        if (text.Length > MaxClusterLength || NumberOf(text) is not { } number)
            return;
        line.Change();
        line.Cells[at] = new Cell((uint)number | Cell.Cluster | (line.Cells[at].Glyph & Cell.Wide), cell.Style);
        line.Dirty = true;
    }

    /// <summary>Null: the screen is full of different ones, and this mark is left out.</summary>
    private int? NumberOf(string cluster)
    {
        if (_clusterNumbers.TryGetValue(cluster, out var known))
            return known;
        if (_clusters.Count == MaxClusters && _untilForgetting-- == 0)
        {
            _untilForgetting = MaxClusters; // looking through the screen for each mark would cost too much
            ForgetUnseen();
        }
        if (_clusters.Count == MaxClusters)
            return null;
        _clusters.Add(cluster);
        return _clusterNumbers[cluster] = _clusters.Count - 1;
    }

    private void ForgetUnseen()
    {
        var before = _clusters.ToArray();
        _clusters.Clear();
        _clusterNumbers.Clear();
        foreach (var buffer in _alternate is null ? [_main] : new[] { _main, _alternate })
            for (var row = 0; row < Rows; row++)
                foreach (ref var cell in buffer[row].Cells.AsSpan(0, buffer[row].Used))
                {
                    if ((cell.Glyph & Cell.Cluster) == 0)
                        continue;
                    var text = before[cell.Glyph & Cell.Value];
                    if (!_clusterNumbers.TryGetValue(text, out var number))
                    {
                        number = _clusters.Count;
                        _clusters.Add(text);
                        _clusterNumbers[text] = number;
                    }
                    cell = cell with { Glyph = (uint)number | Cell.Cluster | (cell.Glyph & Cell.Wide) };
                }
    }
}
