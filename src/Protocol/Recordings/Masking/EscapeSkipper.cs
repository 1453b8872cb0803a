namespace Postern.Protocol.Recordings.Masking;

/// <summary>Tells the bytes of escape sequences from those of text in what a terminal is sent, and how a sequence moves the cursor.</summary>
internal struct EscapeSkipper
{
    private const byte Escape = 0x1B, Bell = 7, Cancel = 0x18, Substitute = 0x1A;
    private const int MaxParameter = 9999;

    private enum State { Text, Escape, Sequence, String, StringEscape, One }

    private State _state;
    private bool _hasOther;

    /// <summary>The first parameter of the sequence, 0 when it has none.</summary>
    public int Parameter { get; private set; }

    public OutputByte Take(byte b)
    {
        switch (_state)
        {
            case State.Text when b != Escape:
                return OutputByte.Text;
            case State.Text:
                _state = State.Escape;
                return OutputByte.Part;
            case State.Escape:
                return AfterEscape(b);
            case State.Sequence:
                return InSequence(b);
            case State.String:
                _state = b switch { Bell or Cancel or Substitute => State.Text, Escape => State.StringEscape, _ => State.String };
                return OutputByte.Part;
            case State.StringEscape: // whatever is not the end of the string begins another sequence, as in terminals
                return AfterEscape(b);
            default: // the last byte of a short one
                _state = State.Text;
                return OutputByte.Part;
        }
    }

    private OutputByte AfterEscape(byte b)
    {
        (Parameter, _hasOther) = (0, false);
        _state = b switch
        {
            (byte)'[' => State.Sequence,
            (byte)'O' or (byte)'(' or (byte)')' or (byte)'*' or (byte)'+' or (byte)'#' or (byte)'%' or (byte)' ' => State.One,
            (byte)']' or (byte)'P' or (byte)'_' or (byte)'^' or (byte)'X' or (byte)'k' => State.String,
            Escape => State.Escape,
            _ => State.Text,
        };
        return b switch
        {
            (byte)'D' or (byte)'E' or (byte)'M' or (byte)'c' => OutputByte.Elsewhere,
            (byte)'8' => OutputByte.Column,
            _ => OutputByte.Part,
        };
    }

    private OutputByte InSequence(byte b)
    {
        if (b is < 0x40 or > 0x7E)
        {
            if (b is >= (byte)'0' and <= (byte)'9' && !_hasOther)
                Parameter = Math.Min(Parameter * 10 + b - '0', MaxParameter);
            else
                _hasOther = true;
            return OutputByte.Part;
        }
        _state = State.Text;
        return b switch
        {
            (byte)'D' => OutputByte.Left,
            (byte)'C' => OutputByte.Right,
            (byte)'G' or (byte)'`' or (byte)'u' => OutputByte.Column,
            (byte)'A' or (byte)'B' or (byte)'E' or (byte)'F' or (byte)'H' or (byte)'d' or (byte)'f' => OutputByte.Elsewhere,
            _ => OutputByte.Part,
        };
    }
}

/// <summary>What a byte of output is.</summary>
internal enum OutputByte
{
    Text,
    /// <summary>Of a sequence that is not over, or does not move the cursor.</summary>
    Part,
    /// <summary>The cursor goes to the left, or right, by the parameter (0 is one).</summary>
    Left, Right,
    /// <summary>The cursor goes somewhere, in its row for all that can be told.</summary>
    Column,
    /// <summary>The cursor goes somewhere else on the screen.</summary>
    Elsewhere,
}
