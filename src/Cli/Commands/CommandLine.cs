namespace Postern.Cli.Commands;

/// <summary>Words as a POSIX shell reads them.</summary>
internal static class CommandLine
{
    /// <summary>One word is a command line of its own, several are the words of one and keep their borders.</summary>
    public static string Join(IReadOnlyList<string> words) => words.Count == 1 ? words[0] : string.Join(' ', words.Select(Quote));

    public static string Quote(string word)
        => word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "_-./:=@%+,".Contains(c)) ? word : $"'{word.Replace("'", "'\\''")}'";
}
