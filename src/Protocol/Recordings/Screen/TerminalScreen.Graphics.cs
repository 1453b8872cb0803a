namespace Postern.Protocol.Recordings.Screen;

public sealed partial class TerminalScreen
{
    private const int UnderlineShift = 8, MaxUnderline = 5;

    /// <summary>SGR.</summary>
    private void SelectGraphics()
    {
        if (_parameterCount == 0)
            _pen = default;
        for (var i = 0; i < _parameterCount;)
        {
            var end = i + 1; // of the parameter with what colons joined to it
            while (end < _parameterCount && (_subParameters & (1u << end)) != 0)
                end++;
            var code = Given(i);
            if (code is 38 or 48 or 58)
                i = Colour(code, i, end);
            else
            {
                Attribute(code, end > i + 1 ? Given(i + 1) : -1);
                i = end;
            }
        }
    }

    /// <param name="code">Of SGR.</param>
    /// <param name="sub">The number behind a colon; -1: none.</param>
    private void Attribute(int code, int sub)
    {
        switch (code)
        {
            case 0: _pen = default; break;
            case 1: Set(CellAttributes.Bold); break;
            case 2: Set(CellAttributes.Dim); break;
            case 3: Set(CellAttributes.Italic); break;
            case 4: Underline(sub < 0 ? 1 : Math.Min(sub, MaxUnderline)); break;
            case 5 or 6: Set(CellAttributes.Blink); break;
            case 7: Set(CellAttributes.Inverse); break;
            case 8: Set(CellAttributes.Invisible); break;
            case 9: Set(CellAttributes.Strike); break;
            case 21: Underline(2); break;
            case 22: Unset(CellAttributes.Bold | CellAttributes.Dim); break;
            case 23: Unset(CellAttributes.Italic); break;
            case 24: Underline(0); break;
            case 25: Unset(CellAttributes.Blink); break;
            case 27: Unset(CellAttributes.Inverse); break;
            case 28: Unset(CellAttributes.Invisible); break;
            case 29: Unset(CellAttributes.Strike); break;
            case >= 30 and <= 37: _pen = _pen with { Foreground = CellStyle.Palette | (uint)(code - 30) }; break;
            case 39: _pen = _pen with { Foreground = 0 }; break;
            case >= 40 and <= 47: _pen = _pen with { Background = CellStyle.Palette | (uint)(code - 40) }; break;
            case 49: _pen = _pen with { Background = 0 }; break;
            case 53: Set(CellAttributes.Overline); break;
            case 55: Unset(CellAttributes.Overline); break;
            case >= 90 and <= 97: _pen = _pen with { Foreground = CellStyle.Palette | (uint)(code - 90 + 8) }; break;
            case >= 100 and <= 107: _pen = _pen with { Background = CellStyle.Palette | (uint)(code - 100 + 8) }; break;
        }
    }

    /// <summary>38;5;N, 38;2;R;G;B and both with colons, where a colour space may stand before the colours. Returns where the next one begins.</summary>
    private int Colour(int code, int at, int end)
    {
        var colons = end > at + 1;
        var last = colons ? end : _parameterCount;
        var colour = 0u;
        if (at + 2 < last && Given(at + 1) == 5)
        {
            colour = CellStyle.Palette | (uint)(Given(at + 2) & 255);
            end = colons ? end : at + 3;
        }
        else if (at + 4 < last && Given(at + 1) == 2)
        {
            var first = colons && last - at > 5 ? at + 3 : at + 2;
            colour = CellStyle.Direct | (uint)((Given(first) & 255) << 16 | (Given(first + 1) & 255) << 8 | Given(first + 2) & 255);
            end = colons ? end : at + 5;
        }
        else
            return colons ? end : _parameterCount; // what follows cannot be told from the colour
        if (code == 38)
            _pen = _pen with { Foreground = colour };
        else if (code == 48)
            _pen = _pen with { Background = colour };
        return end;
    }

    private void Set(CellAttributes attribute) => _pen = _pen with { Attributes = _pen.Attributes | attribute };

    private void Unset(CellAttributes attributes) => _pen = _pen with { Attributes = _pen.Attributes & ~attributes };

    private void Underline(int style) => _pen = _pen with { Attributes = _pen.Attributes & ~CellAttributes.UnderlineMask | (CellAttributes)(style << UnderlineShift) };
}
