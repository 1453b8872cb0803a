using System.Buffers;
using System.Globalization;
using System.Text;

namespace Postern.Protocol.Recordings.Screen;

public sealed partial class TerminalScreen
{
    /// <summary>
    /// Writes what makes a terminal of this size show this screen, and go on from it as the one that was sent all the bytes would: both buffers, cursor, colours, margins,
    /// tabs, modes. Begins with a full reset. What was begun and not finished (half an escape sequence) is written last.
    /// </summary>
    public void Render(IBufferWriter<byte> output)
    {
        Put(output, "\ec");
        if (Title.Length > 0)
            Put(output, $"\e]2;{Title}\a");
        RenderTabs(output);
        if (IsAlternate)
        {
            RenderBuffer(_main, output);
            RenderSaved(_main, output);
            Put(output, "\e[?47h");
        }
        else if (_alternate is not null)
        {
            Put(output, "\e[?47h");
            RenderBuffer(_alternate, output);
            RenderSaved(_alternate, output);
            Put(output, "\e[?47l");
        }
        RenderBuffer(_shown, output);
        RenderSaved(_shown, output);
        if (_top != 0 || _bottom != Rows - 1)
            Put(output, $"\e[{_top + 1};{_bottom + 1}r");
        RenderModes(output);
        RenderCursor(output);
        RenderUnfinished(output);
    }

    /// <summary>Writes a row from its first column on, at most so many columns; then the ordinary style again. Moves no cursor to its start.</summary>
    public void RenderRow(int row, int columns, IBufferWriter<byte> output) => RenderRow(_shown[row], Math.Min(columns, Columns), output);

    private void RenderBuffer(ScreenBuffer buffer, IBufferWriter<byte> output)
    {
        for (var row = 0; row < Rows; row++)
        {
            if (buffer[row].Used == 0)
                continue;
            Put(output, string.Create(CultureInfo.InvariantCulture, $"\e[{row + 1}H"));
            RenderRow(buffer[row], Columns, output);
        }
    }

    private void RenderRow(ScreenLine line, int columns, IBufferWriter<byte> output)
    {
        var style = default(CellStyle);
        var used = Math.Min(line.Used, columns);
        for (var column = 0; column < used; column++)
        {
            var cell = line.Cells[column];
            if (cell.IsTail)
                continue;
            if (cell.Style != style)
                Put(output, Sgr(style = cell.Style));
            if (cell.IsWide && column + 1 >= columns)
                Put(output, " "); // half a character is cut off
            else if (cell.Glyph is > 0 and < 0x80)
                Put(output, (byte)cell.Glyph);
            else
                Put(output, cell.Glyph == 0 ? " " : Text(cell));
        }
        if (!style.IsPlain)
            Put(output, "\e[m");
    }

    private void RenderTabs(IBufferWriter<byte> output)
    {
        if (!_tabs.Where((set, column) => set != (column % TabWidth == 0)).Any())
            return;
        Put(output, "\e[3g");
        for (var column = 0; column < Columns; column++)
            if (_tabs[column])
                Put(output, $"\e[{column + 1}G\eH");
    }

    private static void RenderSaved(ScreenBuffer buffer, IBufferWriter<byte> output)
    {
        if (buffer.Saved is not { } saved)
            return;
        // There are no margins yet: with them places would be counted from elsewhere.
        Put(output, $"{(saved.Origin ? "\e[?6h" : "")}\e[{saved.Row + 1};{saved.Column + 1}H{Sgr(saved.Style)}{CharacterSets(saved.Graphics0, saved.Graphics1, saved.Shifted)}\e7");
        Put(output, $"\e[?6l\e[m{CharacterSets(false, false, 0)}");
    }

    private void RenderModes(IBufferWriter<byte> output)
    {
        var modes = _modes;
        Switch(modes.CursorVisible, "\e[?25h", "\e[?25l", initially: true);
        Switch(modes.Insert, "\e[4h", "");
        Switch(modes.NewLine, "\e[20h", "");
        Switch(modes.ApplicationCursor, "\e[?1h", "");
        Switch(modes.ApplicationKeypad, "\e=", "");
        Switch(modes.ReverseVideo, "\e[?5h", "");
        Switch(modes.BracketedPaste, "\e[?2004h", "");
        Switch(modes.FocusEvents, "\e[?1004h", "");
        if (modes.Mouse != 0)
            Put(output, $"\e[?{modes.Mouse}h");
        if (modes.MouseEncoding != 0)
            Put(output, $"\e[?{modes.MouseEncoding}h");
        if (modes.CursorStyle != 0)
            Put(output, $"\e[{modes.CursorStyle} q");

        void Switch(bool on, string set, string unset, bool initially = false)
        {
            if (on != initially)
                Put(output, on ? set : unset);
        }
    }

    /// <summary>The place, the pen, and the column behind the last one, which only writing there again brings back.</summary>
    private void RenderCursor(IBufferWriter<byte> output)
    {
        if (!_modes.Autowrap)
            Put(output, "\e[?7l");
        var (row, column) = (_row, _column);
        var cell = _shown[row].Cells[column];
        if (_wrapPending && cell.IsTail)
            cell = _shown[row].Cells[--column];
        Put(output, $"{(_modes.Origin ? "\e[?6h" : "")}\e[{row - (_modes.Origin ? _top : 0) + 1};{column + 1}H");
        if (_wrapPending)
            Put(output, Sgr(cell.Style) + (cell.Glyph == 0 ? " " : Text(cell)));
        Put(output, Sgr(_pen));
        Put(output, CharacterSets(_graphics0, _graphics1, _shifted));
    }

    private static string CharacterSets(bool graphics0, bool graphics1, int shifted)
        => $"\e({(graphics0 ? '0' : 'B')}\e){(graphics1 ? '0' : 'B')}{(shifted == 1 ? '\u000e' : '\u000f')}";

    private static string Sgr(CellStyle style)
    {
        var text = new StringBuilder("\e[0");
        Add(CellAttributes.Bold, 1);
        Add(CellAttributes.Dim, 2);
        Add(CellAttributes.Italic, 3);
        if ((int)(style.Attributes & CellAttributes.UnderlineMask) >> UnderlineShift is > 0 and var underline)
            text.Append(CultureInfo.InvariantCulture, $";4{(underline == 1 ? "" : $":{underline}")}");
        Add(CellAttributes.Blink, 5);
        Add(CellAttributes.Inverse, 7);
        Add(CellAttributes.Invisible, 8);
        Add(CellAttributes.Strike, 9);
        Add(CellAttributes.Overline, 53);
        AddColour(style.Foreground, 38);
        AddColour(style.Background, 48);
        return text.Append('m').ToString();

        void Add(CellAttributes attribute, int code)
        {
            if ((style.Attributes & attribute) != 0)
                text.Append(CultureInfo.InvariantCulture, $";{code}");
        }

        void AddColour(uint colour, int code)
        {
            if (colour >= CellStyle.Direct)
                text.Append(CultureInfo.InvariantCulture, $";{code};2;{(colour >> 16) & 255};{(colour >> 8) & 255};{colour & 255}");
            else if (colour >= CellStyle.Palette)
                text.Append(colour - CellStyle.Palette is < 8 and var dark ? $";{code - 8 + dark}" : $";{code};5;{colour & 255}");
        }
    }

    private static void Put(IBufferWriter<byte> output, string text) => Encoding.UTF8.GetBytes(text, output);

    private static void Put(IBufferWriter<byte> output, byte character)
    {
        output.GetSpan(1)[0] = character;
        output.Advance(1);
    }
}
