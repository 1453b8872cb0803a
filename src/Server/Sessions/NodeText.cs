namespace Postern.Server.Sessions;

/// <summary>
/// What a node says of the end of a session, made fit for the database, the log and people's terminals: bounded, and without control
/// characters, which a terminal would obey.
/// </summary>
internal static class NodeText
{
    /// <summary>Longest text told to the client, characters.</summary>
    public const int MaxOutput = 16 * 1024;
    /// <summary>Longest entry of the history, characters.</summary>
    public const int MaxDetails = 1024;

    /// <summary>Lines stay lines.</summary>
    public static string Output(string? text) => Clean(text, MaxOutput, static c => c is '\n' or '\r' or '\t');

    /// <summary>One line.</summary>
    public static string Details(string? text) => Clean(text, MaxDetails, static _ => false);

    private static string Clean(string? text, int limit, Func<char, bool> stays)
    {
        var length = Math.Min(text?.Length ?? 0, limit);
        if (length > 0 && length < text!.Length && char.IsHighSurrogate(text[length - 1]))
            length--;
        return string.Create(length, (text, stays), static (clean, from) =>
        {
            for (var i = 0; i < clean.Length; i++)
                clean[i] = char.IsControl(from.text![i]) && !from.stays(from.text[i]) ? ' ' : from.text[i];
        });
    }
}
