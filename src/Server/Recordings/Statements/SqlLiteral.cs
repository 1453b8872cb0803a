namespace Postern.Server.Recordings.Statements;

/// <summary>Where literals and comments of SQL end; at the end of the text when they do not.</summary>
internal static class SqlLiteral
{
    /// <summary>Behind the closing quote. A doubled quote belongs to the literal; with <paramref name="escapes"/> so does what a backslash precedes.</summary>
    public static int QuotedEnd(ReadOnlySpan<char> text, int start, bool escapes)
    {
        var quote = text[start];
        for (var at = start + 1; at < text.Length; at++)
        {
            if (text[at] == '\\' && escapes)
                at++;
            else if (text[at] == quote)
            {
                if (at + 1 < text.Length && text[at + 1] == quote)
                    at++;
                else
                    return at + 1;
            }
        }
        return text.Length;
    }

    /// <summary>Behind <c>$tag$…$tag$</c>; 0 when no such literal starts here.</summary>
    public static int DollarEnd(ReadOnlySpan<char> text, int start)
    {
        var at = start + 1;
        while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] == '_'))
            at++;
        if (at >= text.Length || text[at] != '$' || char.IsDigit(text[start + 1]))
            return 0;
        var tag = text[start..(at + 1)];
        var end = text[(at + 1)..].IndexOf(tag);
        return end < 0 ? text.Length : at + 1 + end + tag.Length;
    }

    public static int LineEnd(ReadOnlySpan<char> text, int start)
    {
        var end = text[start..].IndexOfAny('\n', '\r');
        return end < 0 ? text.Length : start + end;
    }

    /// <summary>Behind a comment; PostgreSQL's nest. MySQL runs what is in <c>/*!</c> and <c>/*M!</c>: only its opening is passed over.</summary>
    public static int CommentEnd(ReadOnlySpan<char> text, int start, SqlDialect dialect)
    {
        var rest = text[(start + 2)..];
        if (dialect == SqlDialect.MySql)
        {
            if (rest.StartsWith("!") || rest.StartsWith("M!"))
                return start + 2;
            var close = rest.IndexOf("*/");
            return close < 0 ? text.Length : start + 2 + close + 2;
        }
        var depth = 1;
        for (var at = start + 2; at + 1 < text.Length; at++)
        {
            if (text[at] == '/' && text[at + 1] == '*')
                (depth, at) = (depth + 1, at + 1);
            else if (text[at] == '*' && text[at + 1] == '/')
            {
                at++;
                if (--depth == 0)
                    return at + 1;
            }
        }
        return text.Length;
    }

    /// <summary>Words that stand between PASSWORD and its literal.</summary>
    public static bool MayStandBeforeSecret(ReadOnlySpan<char> word)
    {
        foreach (var allowed in Allowed)
            if (word.Equals(allowed, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }

    private static readonly string[] Allowed = ["TO", "AS", "IS", "NOT", "LIKE", "BY", "USING", "E", "U", "N"];
}
