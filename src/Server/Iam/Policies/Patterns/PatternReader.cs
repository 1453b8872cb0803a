using System.Text;

namespace Postern.Server.Iam.Policies.Patterns;

/// <summary>Reads strings with wildcards and variables: ${key}, ${key, 'default'}, ${*}, ${?}, ${$}.</summary>
internal static class PatternReader
{
    /// <param name="text">The string of the policy.</param>
    /// <param name="wildcards">Whether * and ? stand for other characters.</param>
    /// <param name="variables">Whether the policy's version has variables; otherwise ${...} is plain text.</param>
    /// <param name="fault">What is wrong with it, when the result is null.</param>
    public static TextPattern? Read(string text, bool wildcards, bool variables, out string fault)
    {
        fault = "";
        var parts = new List<PatternPart>();
        var plain = new StringBuilder();
        var count = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (variables && text[i] == '$' && i + 1 < text.Length && text[i + 1] == '{')
            {
                var end = End(text, i + 2);
                if (end < 0)
                {
                    fault = "a variable begins with ${ and has no closing brace; write ${$}{ for the characters themselves";
                    return null;
                }
                var inner = text[(i + 2)..end];
                i = end;
                if (inner is "*" or "?" or "$")
                {
                    plain.Append(inner);
                    continue;
                }
                if (Variable(inner) is not { } part)
                {
                    fault = $"${{{inner}}} is no policy variable; write ${{aws:username}}, ${{aws:PrincipalTag/team, 'default'}}, or ${{*}}, ${{?}}, ${{$}} for these characters";
                    return null;
                }
                if (++count > PolicyLimits.Variables)
                {
                    fault = $"the string has more than {PolicyLimits.Variables} variables";
                    return null;
                }
                if (plain.Length > 0)
                    parts.Add(new(plain.ToString()));
                plain.Clear();
                parts.Add(part);
            }
            else
                plain.Append(wildcards && text[i] == '*' ? Wildcards.Any : wildcards && text[i] == '?' ? Wildcards.One : text[i]);
        }
        if (plain.Length > 0)
            parts.Add(new(plain.ToString()));
        return new TextPattern(text, [.. parts]);
    }

    /// <summary>Cuts at the colons that are not part of a variable, into so many pieces at most.</summary>
    public static List<string> SplitAtColons(string text, int most, bool variables)
    {
        var result = new List<string>();
        var start = 0;
        for (var i = 0; i < text.Length && result.Count < most - 1; i++)
        {
            if (variables && text[i] == '$' && i + 1 < text.Length && text[i + 1] == '{')
                i = End(text, i + 2) is var end and >= 0 ? end : text.Length;
            else if (text[i] == ':')
            {
                result.Add(text[start..i]);
                start = i + 1;
            }
        }
        result.Add(text[start..]);
        return result;
    }

    /// <summary>The closing brace of a variable; one inside a quoted default does not close it.</summary>
    private static int End(string text, int from)
    {
        var quoted = false;
        for (var i = from; i < text.Length; i++)
        {
            if (text[i] == '\'')
                quoted = !quoted;
            else if (text[i] == '}' && !quoted)
                return i;
        }
        return -1;
    }

    private static PatternPart? Variable(string inner)
    {
        var comma = inner.IndexOf(',');
        var key = (comma < 0 ? inner : inner[..comma]).Trim();
        if (key.IndexOf(':') is <= 0 || key[^1] == ':' || key.AsSpan().IndexOfAny("*?${}'\"") >= 0 || key.Any(char.IsControl))
            return null;
        if (comma < 0)
            return new("", key);
        var quoted = inner[(comma + 1)..].Trim();
        if (quoted.Length < 2 || quoted[0] != '\'' || quoted[^1] != '\'' || quoted[1..^1].Contains('\''))
            return null;
        return new("", key, quoted[1..^1]);
    }
}
