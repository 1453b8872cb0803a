namespace Postern.Server.Iam.Policies.Patterns;

/// <summary>
/// Compares a text with a pattern in which <see cref="Any"/> stands for any number of characters and <see cref="One"/> for one. Both are no characters of
/// Unicode, so that a literal asterisk stays one. Only the last asterisk is ever gone back to: the time is bounded by the product of the
/// lengths whatever the pattern, and by the text's length for the patterns people write.
/// </summary>
internal static class Wildcards
{
    public const char Any = '\uFFFF';
    public const char One = '\uFFFE';

    public static bool IsMatch(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text, bool ignoreCase)
    {
        int p = 0, t = 0, afterAny = -1, retry = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == Any)
            {
                afterAny = ++p;
                retry = t;
                if (p == pattern.Length)
                    return true;
            }
            else if (p < pattern.Length && (pattern[p] == One || Same(pattern[p], text[t], ignoreCase)))
            {
                p++;
                t++;
            }
            else if (afterAny >= 0)
            {
                t = retry = NextStart(pattern[afterAny], text, retry + 1, ignoreCase);
                p = afterAny;
            }
            else
                return false;
        }
        while (p < pattern.Length && pattern[p] == Any)
            p++;
        return p == pattern.Length;
    }

    /// <summary>The next place at which what follows an asterisk may begin.</summary>
    private static int NextStart(char first, ReadOnlySpan<char> text, int from, bool ignoreCase)
    {
        if (first == One || ignoreCase || from >= text.Length)
            return from;
        var next = text[from..].IndexOf(first);
        return next < 0 ? text.Length : from + next;
    }

    private static bool Same(char a, char b, bool ignoreCase) => a == b || ignoreCase && char.ToUpperInvariant(a) == char.ToUpperInvariant(b);
}
