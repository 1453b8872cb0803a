using System.Text;

namespace Postern.Server.Iam.Policies.Reading;

/// <summary>A place in a text; lines and columns counted from one.</summary>
internal readonly record struct TextPlace(int Line, int Column);

/// <summary>Turns places in the UTF-8 text into lines and columns, which are needed for errors only.</summary>
internal sealed class JsonPosition(ReadOnlyMemory<byte> utf8)
{
    /// <summary>The exception for what was found at a byte.</summary>
    public PolicyException Fault(string reason, string path, long offset)
    {
        var place = Place(offset);
        return new PolicyException(reason, path, place.Line, place.Column);
    }

    public TextPlace Place(long offset)
    {
        var before = utf8.Span[..(int)Math.Clamp(offset, 0, utf8.Length)];
        var lineStart = before.LastIndexOf((byte)'\n') + 1;
        return new(before.Count((byte)'\n') + 1, Encoding.UTF8.GetCharCount(before[lineStart..]) + 1);
    }

    /// <summary>The byte that a parser of .NET names by line and byte in that line, both counted from zero.</summary>
    public long Offset(long line, long byteInLine)
    {
        long start = 0;
        var rest = utf8.Span;
        for (; line > 0 && rest.IndexOf((byte)'\n') is var end and >= 0; line--)
        {
            start += end + 1;
            rest = rest[(end + 1)..];
        }
        return start + byteInLine;
    }
}
