using System.Text;
using Microsoft.AspNetCore.Http;
using Postern.Protocol.AwsJson;

namespace Postern.Server.Api;

/// <summary>The parameters of a request in the query protocol, decoded. A name given twice is refused: two readers might see two requests.</summary>
internal sealed class QueryForm
{
    /// <summary>More parameters, or longer names, no operation has.</summary>
    public const int MaxParameters = 4096, MaxNameLength = 256;

    private readonly Dictionary<string, string> _parameters;

    private QueryForm(Dictionary<string, string> parameters) => _parameters = parameters;

    public string? this[string name] => _parameters.GetValueOrDefault(name);

    public IEnumerable<string> Names => _parameters.Keys;

    /// <summary>Of a form's body, or of a URL after its question mark.</summary>
    /// <exception cref="AwsErrorException">MalformedQueryString.</exception>
    public static QueryForm Parse(ReadOnlySpan<byte> text)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var range in text.Split((byte)'&'))
        {
            var pair = text[range];
            if (pair.IsEmpty) continue;
            if (parameters.Count == MaxParameters) throw Malformed($"The request has more than {MaxParameters} parameters.");
            var equals = pair.IndexOf((byte)'=');
            var name = Decode(equals < 0 ? pair : pair[..equals]);
            if (name.Length is 0 or > MaxNameLength) throw Malformed($"A parameter's name must have 1 to {MaxNameLength} characters.");
            if (!parameters.TryAdd(name, equals < 0 ? "" : Decode(pair[(equals + 1)..])))
                throw Malformed($"The parameter {Iam.ForeignText.Show(name)} is given more than once.");
        }
        return new QueryForm(parameters);
    }

    /// <exception cref="AwsErrorException">MalformedQueryString: a broken %-escape, or bytes that are no UTF-8.</exception>
    private static string Decode(ReadOnlySpan<byte> encoded)
    {
        if (encoded.IndexOfAny((byte)'%', (byte)'+') < 0) return Text(encoded);
        var bytes = new byte[encoded.Length];
        var length = 0;
        for (var i = 0; i < encoded.Length; i++)
        {
            if (encoded[i] != '%')
            {
                bytes[length++] = encoded[i] == '+' ? (byte)' ' : encoded[i];
                continue;
            }
            if (i + 2 >= encoded.Length || !char.IsAsciiHexDigit((char)encoded[i + 1]) || !char.IsAsciiHexDigit((char)encoded[i + 2]))
                throw Malformed("The request has a % that two hexadecimal digits do not follow.");
            bytes[length++] = (byte)(Convert.ToInt32(Encoding.ASCII.GetString(encoded.Slice(i + 1, 2)), 16));
            i += 2;
        }
        return Text(bytes.AsSpan(0, length));
    }

    private static string Text(ReadOnlySpan<byte> utf8)
    {
        if (!System.Text.Unicode.Utf8.IsValid(utf8)) throw Malformed("The request has a parameter that is not UTF-8.");
        // No operation takes it, and no text in a database may have it.
        return utf8.Contains((byte)0) ? throw new AwsErrorException("ValidationException", "The request has a parameter with the character U+0000.") : Encoding.UTF8.GetString(utf8);
    }

    private static AwsErrorException Malformed(string message) => new("MalformedQueryString", message, StatusCodes.Status400BadRequest);
}
