namespace Postern.Protocol.Messages;

/// <summary>A peer's sentence on its way to a person's terminal: one line, and nothing in it that the terminal would obey.</summary>
internal static class TerminalText
{
    public static string Clean(string text) => string.Create(text.Length, text, static (clean, raw) =>
    {
        for (var i = 0; i < clean.Length; i++)
            clean[i] = char.IsControl(raw[i]) ? ' ' : raw[i];
    });
}
