namespace Postern.Protocol.Recordings.Screen;

public sealed partial class TerminalScreen
{
    /// <summary>A parameter, or 1 when it was not given or is 0: what counts.</summary>
    private int Count(int index) => Math.Max(1, Given(index));

    private int Given(int index) => index < _parameterCount ? Math.Max(0, _parameters[index]) : 0;

    private void CsiFinal(byte b)
    {
        if (_prefix == '?' && _intermediate == 0)
            Private(b);
        else if (_prefix == 0 && _intermediate == 0)
            Ordinary(b);
        else if (_prefix == 0 && _intermediate == ' ' && b == 'q')
            _modes.CursorStyle = Given(0) <= 6 ? Given(0) : 0;
        else if (_prefix == 0 && _intermediate == '!' && b == 'p')
            SoftReset();
    }

    private void Ordinary(byte b)
    {
        switch (b)
        {
            case (byte)'A': MoveRow(-Count(0)); break;
            case (byte)'B' or (byte)'e': MoveRow(Count(0)); break;
            case (byte)'C' or (byte)'a': ToColumn(_column + Count(0)); break;
            case (byte)'D': ToColumn(_column - Count(0)); break;
            case (byte)'E': MoveRow(Count(0)); _column = 0; break;
            case (byte)'F': MoveRow(-Count(0)); _column = 0; break;
            case (byte)'G' or (byte)'`': ToColumn(Count(0) - 1); break;
            case (byte)'H' or (byte)'f': ToRow(Count(0) - 1); ToColumn(Count(1) - 1); break;
            case (byte)'d': ToRow(Count(0) - 1); break;
            case (byte)'I': Tab(Math.Min(Count(0), Columns)); break;
            case (byte)'Z': BackTab(Math.Min(Count(0), Columns)); break;
            case (byte)'J': EraseDisplay(Given(0)); break;
            case (byte)'K': EraseLine(Given(0)); break;
            case (byte)'L' or (byte)'M': MoveLines(b == 'L', Count(0)); break;
            case (byte)'@': Shift(insert: true, Count(0)); break;
            case (byte)'P': Shift(insert: false, Count(0)); break;
            case (byte)'X': EraseCells(_column, Math.Min(Columns, _column + Count(0))); break;
            case (byte)'S': TakeAllText(); _shown.ScrollUp(_top, _bottom, Count(0), _pen.Erased); break;
            case (byte)'T' when _parameterCount <= 1: _shown.ScrollDown(_top, _bottom, Count(0), _pen.Erased); break;
            case (byte)'b': Repeat(Count(0)); break;
            case (byte)'g': ClearTabs(Given(0)); break;
            case (byte)'h' or (byte)'l': SetOrdinaryModes(b == 'h'); break;
            case (byte)'m': SelectGraphics(); break;
            case (byte)'r': SetMargins(); break;
            case (byte)'s' when _parameterCount == 0: Save(); break;
            case (byte)'u': Restore(); break;
        }
    }

    private void Private(byte b)
    {
        switch (b)
        {
            case (byte)'h' or (byte)'l': SetPrivateModes(b == 'h'); break;
            case (byte)'J': EraseDisplay(Given(0)); break;
            case (byte)'K': EraseLine(Given(0)); break;
        }
    }

    /// <summary>Up or down, to the margin when the cursor stands inside it.</summary>
    private void MoveRow(int by)
    {
        _wrapPending = false;
        _row = by < 0
            ? Math.Max(_row + by, _row >= _top ? _top : 0)
            : Math.Min(_row + by, _row <= _bottom ? _bottom : Rows - 1);
    }

    private void ToRow(int row)
    {
        _wrapPending = false;
        _row = _modes.Origin ? Math.Min(_top + row, _bottom) : Math.Min(row, Rows - 1);
    }

    private void ToColumn(int column)
    {
        _wrapPending = false;
        _column = Math.Clamp(column, 0, Columns - 1);
    }

    private void EraseCells(int from, int to)
    {
        _wrapPending = false;
        _shown[_row].Erase(from, to, _pen.Erased);
    }

    private void EraseLine(int which)
    {
        if (which <= 2)
            EraseCells(which == 0 ? _column : 0, which == 1 ? _column + 1 : Columns);
        if (which is 0 or 2)
            _shown[_row].Continues = false;
    }

    private void EraseDisplay(int which)
    {
        if (which > 2)
            return; // 3: what was scrolled away, which is not kept here
        if (which == 2)
            TakeAllText();
        EraseLine(which);
        for (var row = which == 0 ? _row + 1 : 0; row < (which == 1 ? _row : Rows); row++)
            if (row != _row)
                _shown[row].Clear(_pen.Erased);
    }

    private void MoveLines(bool insert, int count)
    {
        if (_row < _top || _row > _bottom)
            return;
        (_column, _wrapPending) = (0, false);
        if (insert)
            _shown.ScrollDown(_row, _bottom, count, _pen.Erased);
        else
            _shown.ScrollUp(_row, _bottom, count, _pen.Erased);
    }

    private void Shift(bool insert, int count)
    {
        _wrapPending = false;
        count = Math.Min(count, Columns - _column);
        var line = _shown[_row];
        line.Dirty = true;
        if (insert)
            line.Insert(_column, count, _pen.Erased);
        else
            line.Delete(_column, count, _pen.Erased);
    }

    private void SetMargins()
    {
        var bottom = Given(1) == 0 ? Rows : Math.Min(Given(1), Rows);
        var top = Count(0);
        if (top >= bottom)
            return;
        (_top, _bottom) = (top - 1, bottom - 1);
        ToRow(0);
        ToColumn(0);
    }

    private void ClearTabs(int which)
    {
        if (which == 0)
            _tabs[_column] = false;
        else if (which == 3)
            Array.Clear(_tabs);
    }
}
