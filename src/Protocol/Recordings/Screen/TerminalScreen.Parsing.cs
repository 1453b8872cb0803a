using System.Buffers;
using System.Text;

namespace Postern.Protocol.Recordings.Screen;

public sealed partial class TerminalScreen
{
    private const int MaxParameters = 32, MaxParameter = 65535, MaxCommand = 512, MaxTitle = 256;
    private const byte Bell = 7, Cancel = 0x18, Substitute = 0x1A, Escape = 0x1B;

    private enum ParserState { Ground, Escape, EscapeIntermediate, Csi, CsiIgnored, Command, Text }

    private readonly int[] _parameters = new int[MaxParameters];
    /// <summary>Bit i: parameter i belongs to the one before it (a colon stood between them).</summary>
    private uint _subParameters;
    private readonly byte[] _pending = new byte[4];
    private readonly byte[] _command = new byte[MaxCommand];
    private ParserState _state;
    private int _parameterCount, _pendingLength, _commandLength;
    private byte _prefix, _intermediate;

    /// <summary>One byte that is not plain text, or belongs to a character that was cut.</summary>
    private void Take(byte b)
    {
        if (_pendingLength > 0)
        {
            Continue(b);
            return;
        }
        if (b == Escape)
        {
            if (_state == ParserState.Command)
                EndCommand();
            (_state, _intermediate) = (ParserState.Escape, 0);
        }
        else if (b is Cancel or Substitute)
            _state = ParserState.Ground;
        else if (_state == ParserState.Command)
            InCommand(b);
        else if (_state == ParserState.Text)
            return; // DCS, SOS, PM, APC: nothing that is drawn
        else if (b < ' ')
            Control(b);
        else
            TakeByState(b);
    }

    private void TakeByState(byte b)
    {
        switch (_state)
        {
            case ParserState.Ground when b >= 0x80:
                Continue(b);
                break;
            case ParserState.Escape:
                AfterEscape(b);
                break;
            case ParserState.EscapeIntermediate when b < '0':
                _intermediate = b;
                break;
            case ParserState.EscapeIntermediate:
                _state = ParserState.Ground;
                Designate(_intermediate, b);
                break;
            case ParserState.Csi:
                InCsi(b);
                break;
            case ParserState.CsiIgnored when b is >= 0x40 and <= 0x7E:
                _state = ParserState.Ground;
                break;
        }
    }

    /// <summary>A byte of a character that came in pieces.</summary>
    private void Continue(byte b)
    {
        _pending[_pendingLength++] = b;
        var status = Rune.DecodeFromUtf8(_pending.AsSpan(0, _pendingLength), out var rune, out var consumed);
        if (status == OperationStatus.NeedMoreData)
            return;
        var length = _pendingLength;
        _pendingLength = 0;
        Print(rune.Value); // U+FFFD for what is none
        if (consumed < length)
            Write([b]); // the byte that broke it off begins something else
    }

    private void AfterEscape(byte b)
    {
        _state = ParserState.Ground;
        switch (b)
        {
            case (byte)'[':
                _state = ParserState.Csi;
                (_parameterCount, _subParameters, _prefix, _intermediate) = (0, 0, 0, 0);
                break;
            case (byte)']':
                (_state, _commandLength) = (ParserState.Command, 0);
                break;
            case (byte)'P' or (byte)'X' or (byte)'^' or (byte)'_' or (byte)'k': // k: a title, as screen and tmux take it
                _state = ParserState.Text;
                break;
            case >= 0x20 and < 0x30:
                (_state, _intermediate) = (ParserState.EscapeIntermediate, b);
                break;
            default:
                EscapeFinal(b);
                break;
        }
    }

    private void InCsi(byte b)
    {
        switch (b)
        {
            case >= (byte)'0' and <= (byte)'9':
                if (_intermediate != 0)
                    _state = ParserState.CsiIgnored;
                else
                    Digit(b - '0');
                break;
            case (byte)';' or (byte)':':
                Separator(b == ':');
                break;
            case >= 0x3C and <= 0x3F:
                if (_parameterCount > 0 || _prefix != 0)
                    _state = ParserState.CsiIgnored;
                _prefix = b;
                break;
            case < 0x30:
                _intermediate = b;
                break;
            case <= 0x7E:
                _state = ParserState.Ground;
                CsiFinal(b);
                break;
        }
    }

    private void Digit(int digit)
    {
        if (_parameterCount == 0)
            _parameters[_parameterCount++] = -1;
        ref var parameter = ref _parameters[_parameterCount - 1];
        parameter = Math.Min(Math.Max(parameter, 0) * 10 + digit, MaxParameter);
    }

    private void Separator(bool isColon)
    {
        if (_parameterCount == 0)
            _parameters[_parameterCount++] = -1;
        if (_parameterCount == MaxParameters)
        {
            _state = ParserState.CsiIgnored;
            return;
        }
        if (isColon)
            _subParameters |= 1u << _parameterCount;
        _parameters[_parameterCount++] = -1; // -1: not given
    }

    private void InCommand(byte b)
    {
        if (b == Bell)
        {
            EndCommand();
            _state = ParserState.Ground;
        }
        else if (_commandLength < MaxCommand)
            _command[_commandLength++] = b;
    }

    /// <summary>OSC 0 and 2 set the title; what else there is changes nothing that is drawn here.</summary>
    private void EndCommand()
    {
        var command = _command.AsSpan(0, _commandLength);
        if (command.Length < 2 || command[1] != ';' || command[0] is not ((byte)'0' or (byte)'2'))
            return;
        var title = Encoding.UTF8.GetString(command[2..]);
        Title = string.Concat(title.Where(c => !char.IsControl(c)).Take(MaxTitle));
    }
}
