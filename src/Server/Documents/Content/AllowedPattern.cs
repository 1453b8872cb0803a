using System.Text.RegularExpressions;

namespace Postern.Server.Documents.Content;

/// <summary>A parameter's allowedPattern: matches whole values only, in time linear in their length, whoever wrote it.</summary>
internal sealed class AllowedPattern
{
    public const int MaxLength = 2048;

    /// <summary>States an automaton may have: a short pattern such as ((a{999}){999}){999} means very many.</summary>
    private const int MaxStates = 10_000;

    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    /// <summary>Linear is not short when the automaton is large; no honest value takes this long.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    private readonly Regex _regex;

    // The runtime has no limit of its own unless it is given one.
    static AllowedPattern() => AppContext.SetData("REGEX_NONBACKTRACKING_MAX_AUTOMATA_SIZE", MaxStates);

    /// <exception cref="FormatException">It is none, too large, or cannot be matched in linear time; the message says which.</exception>
    public AllowedPattern(string pattern)
    {
        Text = pattern;
        if (pattern.Length > MaxLength)
            throw new FormatException($"has {pattern.Length} characters; at most {MaxLength} are allowed");
        try
        {
            // Alone first: a ) too many would close the group below, and with it the anchors.
            _ = new Regex(pattern, Options, Limit);
            // \A and \z: a lone $ would let a value end in a line break, and a shell would read two lines.
            _regex = new Regex($@"\A(?:{pattern})\z", Options, Limit);
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"is not a regular expression: {e.Message.Replace($@"\A(?:{pattern})\z", pattern, StringComparison.Ordinal)}", e);
        }
        catch (NotSupportedException e)
        {
            throw new FormatException("cannot be matched in linear time, or is too large: look-around, back-references, atomic groups and large repetitions are not served", e);
        }
    }

    /// <summary>As the document writes it.</summary>
    public string Text { get; }

    public bool IsMatch(string value)
    {
        try
        {
            return _regex.IsMatch(value);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }
}
