using System.Text.RegularExpressions;

namespace Postern.Server.Recordings.Statements;

/// <summary>Passwords within a literal that says how to connect elsewhere: <c>host=… password=…</c> and <c>scheme://user:…@host</c>.</summary>
internal static partial class ConnectionText
{
    /// <summary>Null: there are none.</summary>
    public static string? Mask(ReadOnlySpan<char> literal)
    {
        if (!Pair().IsMatch(literal) && !Address().IsMatch(literal))
            return null;
        return Address().Replace(Pair().Replace(literal.ToString(), "${key}***"), "${key}***@");
    }

    // Each takes time in proportion to the literal: what is repeated cannot overlap with what follows.
    [GeneratedRegex(@"(?<key>(?:password|passwd|pwd|secret_access_key|token)\s{0,8}=\s{0,8})(?:''(?:[^'\\]|\\.)*(?:''|$)|[^\s'"";&]+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Pair();

    [GeneratedRegex(@"(?<key>://[^\s:/@'""]{0,256}:)[^\s/@'""]{1,1024}@", RegexOptions.CultureInvariant)]
    private static partial Regex Address();
}
