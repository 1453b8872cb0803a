using System.Text;

namespace Postern.Protocol.Recordings.Screen;

public sealed partial class TerminalScreen
{
    /// <summary>
    /// Gets the text of lines as they are done with: left by a line feed, scrolled away, cleared. Wrapped rows come as one line; each text once for as long as nothing is
    /// written to it. Null: texts are not made.
    /// </summary>
    public Action<string>? LineDone { get; set; }

    /// <summary>Longest line given to <see cref="LineDone"/>, in characters; the rest comes as further lines. Rows that were wrapped are one line up to that, too.</summary>
    public const int MaxLine = 4096;

    private const int Run = 128;

    private StringBuilder _line = new();

    /// <summary>Gives all lines that were written and not given yet, for when nothing else will come, or to look at a program of the whole screen now and then.</summary>
    public void TakeAllText()
    {
        if (LineDone is null)
            return;
        for (var row = 0; row < Rows; row++)
            row = TakeText(row);
    }

    /// <summary>Returns the last row of the line.</summary>
    private int TakeText(int row)
    {
        if (LineDone is null || !_shown[row].Dirty && !(row > 0 && _shown[row - 1].Continues))
            return row;
        var first = row;
        while (first > 0 && _shown[first - 1].Continues)
            first--;
        while (row < Rows - 1 && _shown[row].Continues)
            row++;
        var dirty = false;
        for (var i = first; i <= row; i++)
            dirty |= _shown[i].Dirty;
        if (!dirty)
            return row; // before its text is made: a line feed is a byte, and the line may be long
        var text = _line = _line.Capacity > MaxLine ? new StringBuilder() : _line.Clear(); // one long line is not paid for ever after
        for (var i = first; i <= row; i++)
        {
            _shown[i].Dirty = false;
            AppendText(_shown[i], text);
        }
        while (text.Length > MaxLine)
        {
            var length = char.IsHighSurrogate(text[MaxLine - 1]) ? MaxLine - 1 : MaxLine;
            LineDone(text.ToString(0, length));
            text.Remove(0, length);
        }
        if (text.Length > 0)
            LineDone(text.ToString());
        return row;
    }

    private void AppendText(ScreenLine line, StringBuilder text)
    {
        var used = line.Continues ? line.Cells.Length : line.Used;
        while (used > 0 && line.Cells[used - 1].Glyph == 0 && !line.Continues)
            used--;
        // Nearly every cell is a character of its own, and all that is shown comes by here: they are added many at a time, and none becomes a string.
        Span<char> run = stackalloc char[Run];
        var length = 0;
        foreach (var cell in line.Cells.AsSpan(0, used))
        {
            if (length == Run || cell.Glyph > char.MaxValue)
            {
                text.Append(run[..length]);
                length = 0;
            }
            if (cell.Glyph <= char.MaxValue)
                run[length++] = cell.Glyph == 0 ? ' ' : (char)cell.Glyph;
            else if (!cell.IsTail)
                text.Append(Text(cell));
        }
        text.Append(run[..length]);
    }
}
