using System.Text.RegularExpressions;
using Postern.Protocol.AwsJson;

namespace Postern.Server.CloudWatchLogs;

/// <summary>
/// A filter pattern of CloudWatch Logs: words that a message must contain (<c>word "a phrase" -not ?either ?or %regex%</c>), or a condition on the members of
/// messages that are JSON (<c>{ $.status = 5* &amp;&amp; $.user.name != "root" }</c>). Matching is linear in the message.
/// </summary>
internal abstract class FilterPattern
{
    public const int MaxLength = 1024;
    /// <summary>As in AWS: each is looked for in each message.</summary>
    private const int MaxExpressions = 2;
    /// <summary>Of one expression in one message. The time is linear in the message, but for some expressions a microsecond and more for each character.</summary>
    private static readonly TimeSpan LongestMatch = TimeSpan.FromSeconds(1);

    public abstract bool Matches(string message);

    /// <exception cref="AwsErrorException">InvalidParameterException: what is wrong, and where.</exception>
    public static FilterPattern Parse(string text)
    {
        var trimmed = text.Trim();
        return trimmed.StartsWith('{') ? JsonFilter.Parse(trimmed)
            : trimmed.StartsWith('[') ? throw LogResources.Invalid("Invalid filter pattern: patterns for columns, [a, b, …], are not supported. Use words or { $.member = value }.")
            : WordFilter.Parse(trimmed);
    }

    /// <summary>Runs in linear time.</summary>
    /// <param name="expression">Between its two %.</param>
    /// <param name="at">Where it begins.</param>
    /// <param name="count">Those of the pattern so far.</param>
    public static Regex Expression(string expression, int at, ref int count)
    {
        if (++count > MaxExpressions)
            throw LogResources.Invalid($"Invalid filter pattern: it may have {MaxExpressions} regular expressions, and has another one at character {at + 1}.");
        try
        {
            return new Regex(expression, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, LongestMatch);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw LogResources.Invalid($"Invalid filter pattern: the regular expression at character {at + 1} cannot be used: {e.Message}");
        }
    }

    /// <summary>Words of a message, as the documentation has them: case counts, and a quoted phrase is one word.</summary>
    private sealed class WordFilter(List<Func<string, bool>> all, List<Func<string, bool>> any, List<Func<string, bool>> none) : FilterPattern
    {
        public override bool Matches(string message)
            => all.TrueForAll(word => word(message)) && (any.Count == 0 || any.Exists(word => word(message))) && !none.Exists(word => word(message));

        public static new WordFilter Parse(string text)
        {
            List<Func<string, bool>> all = [], any = [], none = [];
            var expressions = 0;
            for (var at = 0; at < text.Length;)
            {
                if (char.IsWhiteSpace(text[at]))
                {
                    at++;
                    continue;
                }
                var kind = text[at] switch { '?' => any, '-' => none, _ => all };
                if (kind != all)
                    at++;
                kind.Add(Word(text, ref at, ref expressions));
            }
            return new WordFilter(all, any, none);
        }

        private static Func<string, bool> Word(string text, ref int at, ref int expressions)
        {
            var start = at;
            if (at < text.Length && text[at] is '"' or '%')
            {
                var end = text.IndexOf(text[at], at + 1);
                if (end < 0)
                    throw LogResources.Invalid($"Invalid filter pattern: the {text[at]} at character {at + 1} is not closed.");
                at = end + 1;
                var inner = text[(start + 1)..end];
                if (text[start] == '%')
                {
                    var expression = Expression(inner, start, ref expressions);
                    return expression.IsMatch;
                }
                return message => message.Contains(inner, StringComparison.Ordinal);
            }
            while (at < text.Length && !char.IsWhiteSpace(text[at]))
                at++;
            var word = text[start..at];
            if (word.Length == 0)
                throw LogResources.Invalid($"Invalid filter pattern: a word is missing at character {start + 1}.");
            return message => message.Contains(word, StringComparison.Ordinal);
        }
    }
}
