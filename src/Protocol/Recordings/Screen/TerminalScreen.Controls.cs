namespace Postern.Protocol.Recordings.Screen;

public sealed partial class TerminalScreen
{
    private const int MaxAligned = 32 * 1024;

    private void Control(byte b)
    {
        switch (b)
        {
            case (byte)'\b':
                _wrapPending = false;
                _column = Math.Max(0, _column - 1);
                break;
            case (byte)'\t':
                Tab(1);
                break;
            case (byte)'\n' or 0x0B or 0x0C:
                TakeText(_row);
                LineFeed();
                if (_modes.NewLine)
                    _column = 0;
                break;
            case (byte)'\r':
                (_column, _wrapPending) = (0, false);
                break;
            case 0x0E or 0x0F:
                _shifted = b == 0x0E ? 1 : 0;
                break;
        }
    }

    private void EscapeFinal(byte b)
    {
        switch (b)
        {
            case (byte)'7': Save(); break;
            case (byte)'8': Restore(); break;
            case (byte)'D': TakeText(_row); LineFeed(); break;
            case (byte)'E': TakeText(_row); LineFeed(); _column = 0; break;
            case (byte)'M': ReverseLineFeed(); break;
            case (byte)'H': _tabs[_column] = true; break;
            case (byte)'c': Reset(); break;
            case (byte)'=': _modes.ApplicationKeypad = true; break;
            case (byte)'>': _modes.ApplicationKeypad = false; break;
        }
    }

    /// <summary>ESC with an intermediate: character sets, and the test picture.</summary>
    private void Designate(byte intermediate, byte b)
    {
        if (intermediate == '(')
            _graphics0 = b == '0';
        else if (intermediate == ')')
            _graphics1 = b == '0';
        else if (intermediate == '#' && b == '8')
            Align();
    }

    private void LineFeed()
    {
        _wrapPending = false;
        if (_row == _bottom)
        {
            if (_shown[_top].Dirty) // not for what merely goes on below, or a line without end would be given again and again
                TakeText(_top);
            _shown.ScrollUp(_top, _bottom, 1, _pen.Erased);
        }
        else if (_row < Rows - 1)
            _row++;
    }

    private void ReverseLineFeed()
    {
        _wrapPending = false;
        if (_row == _top)
            _shown.ScrollDown(_top, _bottom, 1, _pen.Erased);
        else if (_row > 0)
            _row--;
    }

    private void Tab(int count)
    {
        for (; count > 0 && _column < Columns - 1; count--)
            do
                _column++;
            while (_column < Columns - 1 && !_tabs[_column]);
    }

    private void BackTab(int count)
    {
        _wrapPending = false;
        for (; count > 0 && _column > 0; count--)
            do
                _column--;
            while (_column > 0 && !_tabs[_column]);
    }

    private void Save() => _shown.Saved = new SavedCursor(_row, _column, _pen, _graphics0, _graphics1, _shifted, _modes.Origin);

    private void Restore()
    {
        var saved = _shown.Saved ?? new SavedCursor(0, 0, default, false, false, 0, false);
        (_row, _column, _wrapPending) = (Math.Min(saved.Row, Rows - 1), Math.Min(saved.Column, Columns - 1), false);
        (_pen, _graphics0, _graphics1, _shifted, _modes.Origin) = (saved.Style, saved.Graphics0, saved.Graphics1, saved.Shifted, saved.Origin);
        if (saved.Origin)
            _row = Math.Clamp(_row, _top, _bottom);
    }

    /// <summary>DECALN: a screen full of E. Three bytes that cost a whole screen, so only where that is none of extraordinary size.</summary>
    private void Align()
    {
        if (Rows * Columns > MaxAligned)
            return;
        for (var row = 0; row < Rows; row++)
        {
            var line = _shown[row];
            line.Change();
            Array.Fill(line.Cells, new Cell('E', default));
            line.Used = Columns;
        }
        (_top, _bottom, _row, _column, _wrapPending) = (0, Rows - 1, 0, 0, false);
        _modes.Origin = false;
    }

    /// <summary>Whichever buffer is asked for; the alternate one is made when it is first needed.</summary>
    private void Show(bool alternate, bool clear)
    {
        TakeAllText();
        if (alternate)
        {
            _alternate ??= new ScreenBuffer(Columns, Rows);
            if (clear)
                _alternate.Clear(_pen.Erased);
        }
        else if (clear && IsAlternate)
            _alternate!.Clear(default);
        _shown = alternate ? _alternate! : _main;
        _wrapPending = false;
    }
}
