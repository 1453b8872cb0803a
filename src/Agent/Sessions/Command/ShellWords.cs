using System.Text;

namespace Postern.Agent.Sessions.Command;

/// <summary>
/// Splits a command line into words as a shell does, without being one: quotes and backslashes count, nothing is expanded.
/// </summary>
internal static class ShellWords
{
    /// <summary>Throws <see cref="FormatException"/> when a quote is not closed.</summary>
    public static List<string> Split(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var inWord = false;
        for (var i = 0; i < line.Length; i++)
        {
            switch (line[i])
            {
                case '\'':
                    var end = line.IndexOf('\'', i + 1);
                    if (end < 0)
                        throw new FormatException("a single quote is not closed");
                    word.Append(line, i + 1, end - i - 1);
                    (i, inWord) = (end, true);
                    break;
                case '"':
                    i = TakeDoubleQuoted(line, i + 1, word);
                    inWord = true;
                    break;
                case '\\' when i + 1 < line.Length:
                    word.Append(line[++i]);
                    inWord = true;
                    break;
                case ' ' or '\t' or '\r' or '\n':
                    if (inWord)
                        words.Add(word.ToString());
                    word.Clear();
                    inWord = false;
                    break;
                case var character:
                    word.Append(character);
                    inWord = true;
                    break;
            }
        }
        if (inWord)
            words.Add(word.ToString());
        return words;
    }

    private static int TakeDoubleQuoted(string line, int start, StringBuilder word)
    {
        for (var i = start; i < line.Length; i++)
        {
            if (line[i] == '"')
                return i;
            if (line[i] == '\\' && i + 1 < line.Length && line[i + 1] is '"' or '\\' or '$' or '`')
                i++;
            word.Append(line[i]);
        }
        throw new FormatException("a double quote is not closed");
    }
}
