using System.Text;

namespace Postern.Server.Events.Patterns;

/// <summary>
/// A text with * for any characters; \* and \\ are the characters themselves. Each piece between two wildcards is looked for once, from left to
/// right, with the table of Knuth, Morris and Pratt: the time is the length of the text and no more, whatever the pattern.
/// </summary>
internal sealed class WildcardTest : ValueTest
{
    private readonly string[] _pieces;
    private readonly int[][] _tables;

    /// <exception cref="FormatException">Its message is the reason.</exception>
    public WildcardTest(string pattern)
    {
        _pieces = Split(pattern);
        _tables = Array.ConvertAll(_pieces, Table);
    }

    public override bool Matches(in Leaf leaf) => leaf.Text is { } text && Matches(text);

    public bool Matches(ReadOnlySpan<char> text)
    {
        var (first, last) = (_pieces[0], _pieces[^1]);
        if (_pieces.Length == 1)
            return text.SequenceEqual(first);
        if (text.Length < first.Length + last.Length || !text.StartsWith(first) || !text.EndsWith(last))
            return false;
        text = text[first.Length..(text.Length - last.Length)];
        for (var i = 1; i < _pieces.Length - 1; i++)
        {
            var end = EndOf(_pieces[i], _tables[i], text);
            if (end < 0)
                return false;
            text = text[end..];
        }
        return true;
    }

    private static string[] Split(string pattern)
    {
        var pieces = new List<string>();
        var piece = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*' when i + 1 < pattern.Length && pattern[i + 1] == '*':
                    throw new FormatException($"Consecutive wildcard characters at pos {i + 1}");
                case '*':
                    pieces.Add(piece.ToString());
                    piece.Clear();
                    break;
                case '\\' when i + 1 < pattern.Length && pattern[i + 1] is '*' or '\\':
                    piece.Append(pattern[++i]);
                    break;
                case '\\':
                    throw new FormatException($"Invalid escape character at pos {i + 1}");
                default:
                    piece.Append(pattern[i]);
                    break;
            }
        }
        return [.. pieces, piece.ToString()];
    }

    /// <summary>For each place how many characters before it are the piece's beginning, too.</summary>
    private static int[] Table(string piece)
    {
        var table = new int[piece.Length];
        for (int i = 1, length = 0; i < piece.Length; i++)
        {
            while (length > 0 && piece[i] != piece[length])
                length = table[length - 1];
            if (piece[i] == piece[length])
                length++;
            table[i] = length;
        }
        return table;
    }

    /// <summary>Where the first occurrence ends; -1 when there is none.</summary>
    private static int EndOf(string piece, int[] table, ReadOnlySpan<char> text)
    {
        if (piece.Length == 0)
            return 0;
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            while (length > 0 && text[i] != piece[length])
                length = table[length - 1];
            if (text[i] == piece[length] && ++length == piece.Length)
                return i + 1;
        }
        return -1;
    }
}
