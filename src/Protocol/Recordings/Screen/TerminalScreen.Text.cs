using System.Text;

namespace Postern.Protocol.Recordings.Screen;

public sealed partial class TerminalScreen
{
    /// <summary>
    /// Gets the text of lines as they are done with: left by a line feed, scrolled away, cleared. Wrapped rows come as one line; each text once for as long as nothing is
    /// written to it. Null: texts are not made.
    /// </summary>
    public Action<string>? LineDone { get; set; }

    /// <summary>Longest line given to <see cref="LineDone"/>, in characters; the rest comes as further lines.</summary>
    public const int MaxLine = 4096;

    /// <summary>Gives all lines that were written and not given yet, for when nothing else will come, or to look at a program of the whole screen now and then.</summary>
    public void TakeAllText()
    {
        if (LineDone is null)
            return;
        for (var row = 0; row < Rows; row++)
            TakeText(row);
    }

    private void TakeText(int row)
    {
        if (LineDone is null || !_shown[row].Dirty && !(row > 0 && _shown[row - 1].Continues))
            return;
        var first = row;
        while (first > 0 && _shown[first - 1].Continues)
            first--;
        while (row < Rows - 1 && _shown[row].Continues)
            row++;
        var dirty = false;
        var text = new StringBuilder();
        for (var i = first; i <= row; i++)
        {
            dirty |= _shown[i].Dirty;
            _shown[i].Dirty = false;
            AppendText(_shown[i], text);
        }
        if (!dirty)
            return;
        while (text.Length > MaxLine)
        {
            LineDone(text.ToString(0, MaxLine));
            text.Remove(0, MaxLine);
        }
        if (text.Length > 0)
            LineDone(text.ToString());
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
