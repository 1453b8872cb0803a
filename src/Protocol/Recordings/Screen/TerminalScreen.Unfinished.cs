using System.Buffers;
using System.Text;

namespace Postern.Protocol.Recordings.Screen;

public sealed partial class TerminalScreen
{
    /// <summary>Writes the beginning of what was cut: of a character, or of an escape sequence.</summary>
    private void RenderUnfinished(IBufferWriter<byte> output)
    {
        switch (_state)
        {
            case ParserState.Ground:
                output.Write(_pending.AsSpan(0, _pendingLength));
                break;
            case ParserState.Escape:
                Put(output, "\e");
                break;
            case ParserState.EscapeIntermediate:
                Put(output, $"\e{(char)_intermediate}");
                break;
            case ParserState.Csi:
                Put(output, UnfinishedCsi());
                break;
            case ParserState.CsiIgnored:
                Put(output, "\e[?<");
                break;
            case ParserState.Command:
                Put(output, "\e]");
                output.Write(_command.AsSpan(0, _commandLength));
                break;
            case ParserState.Text:
                Put(output, "\eP");
                break;
        }
    }

    private string UnfinishedCsi()
    {
        var text = new StringBuilder("\e[");
        if (_prefix != 0)
            text.Append((char)_prefix);
        for (var i = 0; i < _parameterCount; i++)
        {
            if (i > 0)
                text.Append((_subParameters & (1u << i)) != 0 ? ':' : ';');
            if (_parameters[i] >= 0)
                text.Append(_parameters[i]);
        }
        if (_intermediate != 0)
            text.Append((char)_intermediate);
        return text.ToString();
    }
}
