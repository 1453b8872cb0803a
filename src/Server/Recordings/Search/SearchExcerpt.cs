using System.Text.RegularExpressions;

namespace Postern.Server.Recordings.Search;

/// <summary>What is shown of a line that was found: the part in which the words stand. A statement has up to 64 KiB.</summary>
internal sealed class SearchExcerpt(string sought)
{
    /// <summary>Characters, without the marks where something is left out.</summary>
    public const int MaxShown = 500;
    private const int Before = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private Regex? _words;

    public string Of(string text)
    {
        if (text.Length <= MaxShown)
            return text;
        var from = Math.Clamp(Place(text) - Before, 0, text.Length - MaxShown);
        var to = from + MaxShown;
        // Not in the middle of a character.
        if (char.IsLowSurrogate(text[from]))
            from++;
        if (to < text.Length && char.IsLowSurrogate(text[to]))
            to--;
        return $"{(from > 0 ? "…" : "")}{text[from..to]}{(to < text.Length ? "…" : "")}";
    }

    // As the index compares: words, whatever stands between them. What it finds and this does not (letters with other marks) is shown from its beginning.
    private int Place(string text)
    {
        _words ??= new Regex(string.Join(@"[^\p{L}\p{N}]+", Regex.Split(sought, @"[^\p{L}\p{N}]+").Where(word => word.Length > 0).Select(Regex.Escape)),
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Patience);
        try
        {
            return _words.Match(text) is { Success: true } found ? found.Index : 0;
        }
        catch (RegexMatchTimeoutException)
        {
            return 0;
        }
    }
}
