namespace Postern.Protocol.Recordings.Screen;

/// <summary>The rows of one screen, in a ring: scrolling moves no cells.</summary>
internal sealed class ScreenBuffer
{
    private ScreenLine[] _lines;
    private int _top;

    public ScreenBuffer(int columns, int rows)
    {
        _lines = new ScreenLine[rows];
        for (var i = 0; i < rows; i++)
            _lines[i] = new ScreenLine(columns);
    }

    /// <summary>What DECSC kept; null: nothing.</summary>
    public SavedCursor? Saved { get; set; }

    public int Rows => _lines.Length;

    public ScreenLine this[int row]
    {
        get
        {
            var at = _top + row;
            return _lines[at >= _lines.Length ? at - _lines.Length : at];
        }
        private set
        {
            var at = _top + row;
            _lines[at >= _lines.Length ? at - _lines.Length : at] = value;
        }
    }

    /// <summary>Moves the rows of [top, bottom] up; blank ones come in at the bottom.</summary>
    public void ScrollUp(int top, int bottom, int count, CellStyle style)
    {
        count = Math.Min(count, bottom - top + 1);
        if (top == 0 && bottom == Rows - 1)
        {
            for (var i = 0; i < count; i++)
            {
                this[0].Clear(style);
                _top = _top + 1 == Rows ? 0 : _top + 1;
            }
            return;
        }
        Reverse(top, top + count - 1);
        Reverse(top + count, bottom);
        Reverse(top, bottom);
        for (var row = bottom - count + 1; row <= bottom; row++)
            this[row].Clear(style);
    }

    /// <summary>Moves the rows of [top, bottom] down.</summary>
    public void ScrollDown(int top, int bottom, int count, CellStyle style)
    {
        count = Math.Min(count, bottom - top + 1);
        Reverse(top, bottom - count);
        Reverse(bottom - count + 1, bottom);
        Reverse(top, bottom);
        for (var row = top; row < top + count; row++)
            this[row].Clear(style);
    }

    /// <summary>Three of these turn rows round, however far, in the time of one pass.</summary>
    private void Reverse(int from, int to)
    {
        for (; from < to; from++, to--)
            (this[from], this[to]) = (this[to], this[from]);
    }

    public void Clear(CellStyle style)
    {
        foreach (var line in _lines)
            line.Clear(style);
    }

    /// <summary>As xterm does: no text flows anew. Rows go away below the cursor, then at the top. Returns how many went away at the top.</summary>
    public int Resize(int columns, int rows, int cursorRow)
    {
        var gone = Math.Max(0, cursorRow - rows + 1);
        var lines = new ScreenLine[rows];
        for (var row = 0; row < rows; row++)
        {
            var line = row + gone < Rows ? this[row + gone] : new ScreenLine(columns);
            if (line.Cells.Length != columns)
                line.Resize(columns);
            lines[row] = line;
        }
        (_lines, _top) = (lines, 0);
        return gone;
    }
}

/// <summary>What DECSC keeps.</summary>
internal sealed record SavedCursor(int Row, int Column, CellStyle Style, bool Graphics0, bool Graphics1, int Shifted, bool Origin);
