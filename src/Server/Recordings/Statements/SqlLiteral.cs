using System.Text;

namespace Postern.Server.Recordings.Statements;

/// <summary>Where literals and comments of SQL end; at the end of the text when they do not.</summary>
internal static class SqlLiteral
{
    /// <summary>Behind the closing quote. A doubled quote belongs to the literal; with <paramref name="escapes"/> so does what a backslash precedes.</summary>
    public static int QuotedEnd(ReadOnlySpan<char> text, int start, bool escapes)
    {
        var closed = ClosedAt(text[start..], escapes);
        return closed < 0 ? text.Length : start + closed + 1;
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

    /// <summary>Whether a literal has its closing quote: the text may have been cut, or be a piece of a statement.</summary>
    public static bool IsClosed(ReadOnlySpan<char> literal, bool escapes)
        => literal[0] == '$' ? Opening(literal) is var opening && literal.Length >= 2 * opening && literal.EndsWith(literal[..opening]) : literal.Length >= 2 && ClosedAt(literal, escapes) == literal.Length - 1;

    /// <summary>What is between the quotes, as the server has it; of escapes those of characters that end nothing count as the character behind the backslash.</summary>
    public static string Content(ReadOnlySpan<char> literal, bool escapes)
    {
        var isClosed = IsClosed(literal, escapes);
        if (literal[0] == '$')
        {
            var opening = Opening(literal);
            return literal[opening..(isClosed ? ^opening : ^0)].ToString();
        }
        var inner = literal[1..(isClosed ? ^1 : ^0)];
        var content = new StringBuilder(inner.Length);
        for (var at = 0; at < inner.Length; at++)
        {
            if (inner[at] == '\\' && escapes && at + 1 < inner.Length)
                content.Append(inner[++at] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', var c => c });
            else
            {
                content.Append(inner[at]);
                if (inner[at] == literal[0])
                    at++; // doubled
            }
        }
        return content.ToString();
    }

    /// <summary>The literal with another content.</summary>
    public static string WithContent(ReadOnlySpan<char> literal, string content, bool escapes)
    {
        var isClosed = IsClosed(literal, escapes);
        if (literal[0] == '$')
        {
            var tag = literal[..Opening(literal)];
            return $"{tag}{content}{(isClosed ? tag : default)}";
        }
        if (escapes)
            content = content.Replace("\\", "\\\\");
        var quote = literal[0].ToString();
        return $"{quote}{content.Replace(quote, quote + quote)}{(isClosed ? quote : "")}";
    }

    private static int Opening(ReadOnlySpan<char> literal) => literal[1..].IndexOf('$') + 2;

    /// <summary>Of the closing quote; -1 when there is none.</summary>
    private static int ClosedAt(ReadOnlySpan<char> literal, bool escapes)
    {
        for (var at = 1; at < literal.Length; at++)
        {
            if (literal[at] == '\\' && escapes || literal[at] == literal[0] && at + 1 < literal.Length && literal[at + 1] == literal[0])
                at++;
            else if (literal[at] == literal[0])
                return at;
        }
        return -1;
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
