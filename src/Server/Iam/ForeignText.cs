namespace Postern.Server.Iam;

/// <summary>Text a stranger chose, made fit for a log line or an error text: bounded, one line.</summary>
internal static class ForeignText
{
    private const int MaxLength = 128;

    public static string Show(string text) => Show(text, MaxLength);

    public static string Show(string text, int maxLength)
    {
        var bounded = text.Length <= maxLength ? text : text[..maxLength] + "…";
        return bounded.Any(char.IsControl) ? string.Create(bounded.Length, bounded, (target, source) =>
        {
            for (var i = 0; i < target.Length; i++)
                target[i] = char.IsControl(source[i]) ? '?' : source[i];
        }) : bounded;
    }
}
