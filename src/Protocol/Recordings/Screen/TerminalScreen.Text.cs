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
        var text = new StringBuilder();
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
        for (var i = 0; i < used; i++)
        {
            var cell = line.Cells[i];
            if (cell.Glyph == 0)
                text.Append(' ');
            else if (!cell.IsTail)
                text.Append(Text(cell));
        }
    }
}
