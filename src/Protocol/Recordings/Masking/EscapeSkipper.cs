namespace Postern.Protocol.Recordings.Masking;

/// <summary>Tells the bytes of escape sequences from those of text, in what is typed and in what is shown.</summary>
internal struct EscapeSkipper
{
    private const byte Escape = 0x1B, Bell = 7;

    private enum State { Text, Escape, Sequence, String, StringEscape, One }

    private State _state;

    /// <summary>True when the byte belongs to a sequence.</summary>
    public bool Skips(byte b)
    {
        switch (_state)
        {
            case State.Text:
                _state = b == Escape ? State.Escape : State.Text;
                return b == Escape;
            case State.Escape:
                _state = b switch
                {
                    (byte)'[' => State.Sequence,
                    (byte)'O' or (byte)'(' or (byte)')' or (byte)'#' => State.One,
                    (byte)']' or (byte)'P' or (byte)'_' or (byte)'^' or (byte)'X' => State.String,
                    Escape => State.Escape,
                    _ => State.Text,
                };
                return true;
            case State.Sequence:
                if (b is >= 0x40 and <= 0x7E)
                    _state = State.Text;
                return true;
            case State.String:
                _state = b switch { Bell => State.Text, Escape => State.StringEscape, _ => State.String };
                return true;
            default: // the last byte of a short one
                _state = State.Text;
                return true;
        }
    }
}
