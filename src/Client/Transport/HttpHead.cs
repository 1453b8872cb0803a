using System.Globalization;
using System.Text;

namespace Postern.Client.Transport;

/// <summary>Status line and headers of an HTTP/1.1 answer.</summary>
internal sealed class HttpHead
{
    private const int MaxLength = 16 * 1024;

    private readonly string[] _lines;

    private HttpHead(string[] lines, int status)
    {
        _lines = lines;
        Status = status;
    }

    public int Status { get; }

    /// <summary>HTTP/1.1 200 OK</summary>
    public string StatusLine => _lines[0];

    public string Reason => _lines[0].Split(' ', 3) is [_, _, var reason] ? reason : "";

    /// <summary>Reads to the empty line and no further. Throws IOException when the connection ends before, or it is no HTTP.</summary>
    public static HttpHead Read(DirectConnection connection)
    {
        HttpHead head;
        do
            head = ReadOne(connection);
        while (head.Status is >= 102 and < 200); // early words before the answer
        return head;
    }

    public string? Find(string name)
    {
        for (var i = 1; i < _lines.Length; i++)
            if (_lines[i].Length > name.Length && _lines[i][name.Length] == ':' && _lines[i].StartsWith(name, StringComparison.OrdinalIgnoreCase))
                return _lines[i][(name.Length + 1)..].Trim();
        return null;
    }

    public bool Says(string name, string value) => string.Equals(Find(name), value, StringComparison.OrdinalIgnoreCase);

    private static HttpHead ReadOne(DirectConnection connection)
    {
        var bytes = new byte[MaxLength];
        for (var length = 0; length < MaxLength;)
        {
            var next = connection.ReadByte();
            if (next < 0)
                throw new IOException("The gateway closed the connection instead of answering.");
            bytes[length++] = (byte)next;
            if (next == '\n' && length >= 4 && bytes[length - 2] == '\r' && bytes[length - 3] == '\n' && bytes[length - 4] == '\r')
                return Parse(Encoding.Latin1.GetString(bytes, 0, length - 4));
        }
        throw new IOException($"The head of the gateway's answer is longer than {MaxLength} bytes.");
    }

    private static HttpHead Parse(string text)
    {
        var lines = text.Split("\r\n");
        if (lines[0].StartsWith("HTTP/1.", StringComparison.Ordinal) && lines[0].Split(' ') is [_, { Length: 3 } code, ..]
            && int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var status))
            return new HttpHead(lines, status);
        throw new IOException("The gateway's answer is not HTTP.");
    }
}
