namespace Postern.Protocol.Recordings.Screen;

/// <summary>A row of cells. All cells from <see cref="Used"/> on are default, so that clearing costs what was written.</summary>
internal sealed class ScreenLine(int columns)
{
    public Cell[] Cells { get; private set; } = new Cell[columns];
    public int Used { get; set; }
    /// <summary>The text goes on in the next row: it was wrapped, not ended.</summary>
    public bool Continues { get; set; }
    /// <summary>Something was written since its text was last taken.</summary>
    public bool Dirty { get; set; }
    // What all cells are; null: something was written since. Clearing a screen again and again costs the node few bytes, and must not cost us a screen each time.
    private CellStyle? _blank;

    /// <summary>To be called before cells are changed.</summary>
    public void Change() => _blank = null;

    public void Clear(CellStyle style)
    {
        if (_blank == style && !Continues && !Dirty)
            return;
        _blank = style;
        if (style.IsPlain)
            Array.Clear(Cells, 0, Used);
        else
            Array.Fill(Cells, new Cell(0, style));
        Used = style.IsPlain ? 0 : Cells.Length;
        Continues = Dirty = false;
    }

    /// <summary>Blanks [from, to); halves of wide characters that stick out go with them.</summary>
    public void Erase(int from, int to, CellStyle style)
    {
        Change();
        Split(from);
        Split(to);
        if (style.IsPlain)
        {
            to = Math.Min(to, Used);
            if (from >= to)
                return;
            Array.Clear(Cells, from, to - from);
            if (to == Used)
                Used = from;
            return;
        }
        Array.Fill(Cells, new Cell(0, style), from, to - from);
        Used = Math.Max(Used, to);
    }

    /// <summary>Blanks a wide character that stands across the border before this column.</summary>
    public void Split(int column)
    {
        if (column <= 0 || column >= Cells.Length || !Cells[column].IsTail)
            return;
        Change();
        Cells[column - 1] = new Cell(0, Cells[column - 1].Style);
        Cells[column] = new Cell(0, Cells[column].Style);
    }

    /// <summary>Moves what stands from this column on to the right; what leaves the line is gone.</summary>
    public void Insert(int column, int count, CellStyle style)
    {
        Change();
        Split(column);
        Split(Cells.Length - count);
        Array.Copy(Cells, column, Cells, column + count, Cells.Length - column - count);
        Array.Fill(Cells, new Cell(0, style), column, count);
        Used = Math.Min(Cells.Length, Math.Max(Used, column) + count);
        Continues = false;
    }

    /// <summary>Moves what stands behind these places to the left.</summary>
    public void Delete(int column, int count, CellStyle style)
    {
        Change();
        Split(column);
        Split(column + count);
        Array.Copy(Cells, column + count, Cells, column, Cells.Length - column - count);
        Array.Fill(Cells, new Cell(0, style), Cells.Length - count, count);
        Used = style.IsPlain ? Math.Max(Math.Min(Used, column), Used - count) : Cells.Length;
        Continues = false;
    }

    public void Resize(int columns)
    {
        Change();
        Split(columns);
        var cells = Cells;
        Array.Resize(ref cells, columns);
        Cells = cells;
        Used = Math.Min(Used, columns);
        Continues = false;
    }
}
