namespace Postern.Protocol.Recordings.Masking;

/// <summary>
/// What an escape in typed bytes begins. Keys and answers of terminals come at once, so only what is whole within one event counts: Escape is a key, too, and what is typed behind it is text, whatever
/// sequence it would be the beginning of.
/// </summary>
/// <param name="Length">Bytes of the sequence, the escape included.</param>
/// <param name="SecretFrom">From here to <paramref name="SecretTo"/> it may say what was typed.</param>
internal readonly record struct TypedSequence(int Length, int SecretFrom, int SecretTo)
{
    private const byte Escape = 0x1B, Bell = 7;
    /// <summary>Longer ones are no keys and no answers.</summary>
    private const int MaxKey = 64, MaxAnswer = 4096;

    private static readonly TypedSequence EscapeAlone = new(1, 1, 1);

    /// <param name="typed">From the escape on.</param>
    public static TypedSequence At(ReadOnlySpan<byte> typed)
    {
        if (typed.Length < 2)
            return EscapeAlone;
        var sequence = typed[1] switch
        {
            (byte)'[' => Csi(typed),
            (byte)'O' => Ss3(typed),
            (byte)']' or (byte)'P' or (byte)'X' or (byte)'^' or (byte)'_' => Answer(typed),
            _ => null,
        };
        // Alt and a key, or Escape and what was typed at once behind it.
        return sequence ?? (typed[1] is > (byte)' ' and < 0x7F and not (byte)'[' ? new(2, 1, 2) : EscapeAlone);
    }

    private static TypedSequence? Csi(ReadOnlySpan<byte> typed)
    {
        var at = 2;
        while (at < typed.Length && at < MaxKey && typed[at] is >= 0x20 and <= 0x3F)
            at++;
        if (at >= typed.Length || typed[at] is < 0x40 or > 0x7E)
            return null;
        // Arrows, keys of editing and of functions, mouse, focus, answers. Others may be characters by number: the protocols of kitty (u), Windows (_), xterm (27;…~).
        var isKey = "ABCDEFHIMOPQRSZcmnty~"u8.Contains(typed[at]) && !typed[2..].StartsWith("27;"u8);
        return isKey ? new(at + 1, 1, 1) : new(at + 1, 2, at + 1);
    }

    private static TypedSequence? Ss3(ReadOnlySpan<byte> typed) => typed.Length < 3 ? null : typed[2] switch
    {
        >= (byte)'A' and <= (byte)'D' or (byte)'F' or (byte)'H' or >= (byte)'P' and <= (byte)'S' => new(3, 1, 1),
        >= (byte)'j' and <= (byte)'y' => new(3, 2, 3), // the keypad's digits
        _ => null,
    };

    /// <summary>OSC, DCS and the like: a terminal that is asked for its colours answers so.</summary>
    private static TypedSequence? Answer(ReadOnlySpan<byte> typed)
    {
        var at = 2;
        while (at < typed.Length && at < MaxAnswer && typed[at] is >= 0x20 and not 0x7F)
            at++;
        if (at < typed.Length && typed[at] == Bell)
            return new(at + 1, 2, at);
        return at + 1 < typed.Length && typed[at] == Escape && typed[at + 1] == '\\' ? new(at + 2, 2, at) : null;
    }
}
