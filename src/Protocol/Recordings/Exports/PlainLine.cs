namespace Postern.Protocol.Recordings.Exports;

/// <summary>
/// Text that strangers chose - names of users and databases, statements, errors - made fit for one line of a log or of somebody's terminal: no character that steers a terminal, ends the
/// line, or turns the order of what stands behind it.
/// </summary>
public static class PlainLine
{
    public static string Of(string text) => text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0 ? text : string.Create(text.Length, text, static (plain, raw) =>
    {
        for (var i = 0; i < plain.Length; i++)
            plain[i] = Stays(raw[i]) ? raw[i] : ' ';
    });

    private static bool Stays(char c) => !char.IsControl(c) && c is not ('\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069'));
}
