namespace Postern.Protocol.Recordings.Screen;

public sealed partial class TerminalScreen
{
    private void SetOrdinaryModes(bool on)
    {
        for (var i = 0; i < _parameterCount; i++)
        {
            if (_parameters[i] == 4)
                _modes.Insert = on;
            else if (_parameters[i] == 20)
                _modes.NewLine = on;
        }
    }

    private void SetPrivateModes(bool on)
    {
        for (var i = 0; i < _parameterCount; i++)
            SetPrivateMode(_parameters[i], on);
    }

    private void SetPrivateMode(int mode, bool on)
    {
        switch (mode)
        {
            case 1: _modes.ApplicationCursor = on; break;
            case 5: _modes.ReverseVideo = on; break;
            case 6:
                _modes.Origin = on;
                ToRow(0);
                ToColumn(0);
                break;
            case 7:
                _modes.Autowrap = on;
                _wrapPending &= on;
                break;
            case 9 or 1000 or 1002 or 1003: _modes.Mouse = on ? mode : 0; break;
            case 25: _modes.CursorVisible = on; break;
            case 47: Show(on, clear: false); break;
            case 66: _modes.ApplicationKeypad = on; break;
            case 1004: _modes.FocusEvents = on; break;
            case 1005 or 1006 or 1015 or 1016: _modes.MouseEncoding = on ? mode : 0; break;
            case 1047: Show(on, clear: !on); break;
            case 1048 when on: Save(); break;
            case 1048: Restore(); break;
            case 1049 when on && !IsAlternate:
                Save();
                Show(alternate: true, clear: true);
                break;
            case 1049 when !on && IsAlternate:
                Show(alternate: false, clear: true);
                Restore();
                break;
            case 2004: _modes.BracketedPaste = on; break;
        }
    }
}
