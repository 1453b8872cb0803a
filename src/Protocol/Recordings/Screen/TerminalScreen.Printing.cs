namespace Postern.Protocol.Recordings.Screen;

public sealed partial class TerminalScreen
{
    private const int TabWidth = 8;
    /// <summary>What the bytes from 0x5F to 0x7E draw in the special graphics set.</summary>
    private const string Graphics = "\u00a0\u25c6\u2592\u2409\u240c\u240d\u240a\u00b0\u00b1\u2424\u240b\u2518\u2510\u250c\u2514\u253c\u23ba\u23bb\u2500\u23bc\u23bd\u251c\u2524\u2534\u252c\u2502\u2264\u2265\u03c0\u2260\u00a3\u00b7";
    private const byte FirstGraphic = 0x5F;

    private int _lastPrinted;

    private bool DrawsGraphics => _shifted == 0 ? _graphics0 : _graphics1;

    private void PrintAscii(ReadOnlySpan<byte> run)
    {
        if (_modes.Insert || DrawsGraphics)
        {
            foreach (var b in run)
                Print(DrawsGraphics && b >= FirstGraphic ? Graphics[b - FirstGraphic] : b);
            return;
        }
        _lastPrinted = run[^1];
        while (!run.IsEmpty)
        {
            if (_wrapPending)
                Wrap();
            var count = Math.Min(run.Length, Columns - _column);
            Put(run[..count]);
            run = run[count..];
            _column += count;
            if (_column < Columns)
                continue;
            _column = Columns - 1;
            _wrapPending = _modes.Autowrap;
            if (!_modes.Autowrap && !run.IsEmpty)
                run = run[^1..]; // what does not fit overwrites the last place
        }
    }

    private void Put(ReadOnlySpan<byte> text)
    {
        var line = _shown[_row];
        line.Change();
        line.Split(_column);
        line.Split(_column + text.Length);
        var cells = line.Cells.AsSpan(_column, text.Length);
        var style = _pen;
        for (var i = 0; i < cells.Length; i++)
            cells[i] = new Cell(text[i] == ' ' ? 0u : text[i], style);
        line.Used = Math.Max(line.Used, _column + text.Length);
        line.Dirty = true;
    }

    private void Print(int rune)
    {
        if (rune is >= 0x7F and < 0xA0)
            return; // C1 has no meaning in UTF-8 here
        var width = CharacterWidth.Of(rune);
        if (width == 0)
        {
            Join(rune);
            return;
        }
        _lastPrinted = rune;
        if (_wrapPending)
            Wrap();
        if (_column + width > Columns)
        {
            if (!_modes.Autowrap)
                return;
            _shown[_row].Erase(_column, Columns, _pen.Erased);
            Wrap();
        }
        var line = _shown[_row];
        if (_modes.Insert)
            line.Insert(_column, width, _pen.Erased);
        line.Change();
        line.Split(_column);
        line.Split(_column + width);
        line.Cells[_column] = new Cell(rune == ' ' ? 0u : (uint)rune | (width == 2 ? Cell.Wide : 0), _pen);
        if (width == 2)
            line.Cells[_column + 1] = new Cell(Cell.Tail, _pen);
        line.Used = Math.Max(line.Used, _column + width);
        line.Dirty = true;
        _column += width;
        if (_column < Columns)
            return;
        _column = Columns - 1;
        _wrapPending = _modes.Autowrap;
    }

    private void Wrap()
    {
        _wrapPending = false;
        _shown[_row].Continues = WrappedAbove(_row) < MaxLine / Columns;
        _column = 0;
        LineFeed();
    }

    /// <summary>How many rows above belong to the line that this one goes on with.</summary>
    private int WrappedAbove(int row)
    {
        var count = 0;
        while (count < row && _shown[row - count - 1].Continues)
            count++;
        return count;
    }

    /// <summary>REP, for at most a row: terminals take more, but no program asks for more, and a few bytes must not draw whole screens.</summary>
    private void Repeat(int count)
    {
        if (_lastPrinted == 0)
            return;
        for (count = Math.Min(count, Columns); count > 0; count--)
            Print(_lastPrinted);
    }
}
