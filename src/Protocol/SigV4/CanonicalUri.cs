using System.Buffers;
using System.Text;

namespace Postern.Protocol.SigV4;

/// <summary>Paths and queries in canonical form.</summary>
internal static class CanonicalUri
{
    /// <summary>The only service that signs its paths as they were sent: keys of objects may hold dots and double slashes.</summary>
    private const string ServiceWithPathsAsSent = "s3";

    private static readonly SearchValues<byte> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"u8);

    /// <summary>
    /// Dot segments and repeated slashes removed, then every segment percent-encoded once more: the path came encoded, so %20 becomes %2520.
    /// </summary>
    public static void AppendPath(StringBuilder text, string path, string service)
    {
        if (service == ServiceWithPathsAsSent)
        {
            text.Append(path.Length == 0 ? "/" : path);
            return;
        }
        var segments = new List<string>();
        foreach (var segment in path.Split('/'))
        {
            if (segment.Length == 0 || segment == ".") continue;
            if (segment != "..") segments.Add(segment);
            else if (segments.Count > 0) segments.RemoveAt(segments.Count - 1);
        }
        foreach (var segment in segments)
        {
            text.Append('/');
            AppendEncoded(text, Encoding.UTF8.GetBytes(segment));
        }
        if (segments.Count == 0 || path.EndsWith('/')) text.Append('/');
    }

    /// <summary>Names and values decoded and encoded anew, sorted by both; the signature itself is left out.</summary>
    public static void AppendQuery(StringBuilder text, string query)
    {
        if (query.Length == 0) return;
        var pairs = new List<(string Name, string Value)>();
        foreach (var (name, value) in Split(query))
        {
            var canonicalName = Encode(Decode(name));
            if (canonicalName != SigV4Terms.QuerySignature) pairs.Add((canonicalName, Encode(Decode(value))));
        }
        pairs.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name) is var order and not 0 ? order : string.CompareOrdinal(a.Value, b.Value));
        for (var i = 0; i < pairs.Count; i++)
        {
            if (i > 0) text.Append('&');
            text.Append(pairs[i].Name).Append('=').Append(pairs[i].Value);
        }
    }

    /// <summary>Pairs as they stand in the query, still encoded.</summary>
    public static IEnumerable<(string Name, string Value)> Split(string query)
    {
        foreach (var part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=');
            yield return equals < 0 ? (part, "") : (part[..equals], part[(equals + 1)..]);
        }
    }

    public static string DecodeText(string encoded) => Encoding.UTF8.GetString(Decode(encoded));

    public static string EncodeText(string plain) => Encode(Encoding.UTF8.GetBytes(plain));

    // Bytes, not text: an escape sequence need not be UTF-8. '+' is a space, as every server and SDK reads it.
    private static ReadOnlySpan<byte> Decode(string encoded)
    {
        var bytes = Encoding.UTF8.GetBytes(encoded);
        var length = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == '%' && i + 2 < bytes.Length && char.IsAsciiHexDigit((char)bytes[i + 1]) && char.IsAsciiHexDigit((char)bytes[i + 2]))
            {
                bytes[length++] = (byte)(FromHex(bytes[i + 1]) << 4 | FromHex(bytes[i + 2]));
                i += 2;
            }
            else
            {
                bytes[length++] = bytes[i] == '+' ? (byte)' ' : bytes[i];
            }
        }
        return bytes.AsSpan(0, length);
    }

    private static int FromHex(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        AppendEncoded(text, bytes);
        return text.ToString();
    }

    private static void AppendEncoded(StringBuilder text, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            if (Unreserved.Contains(b)) text.Append((char)b);
            else text.Append('%').Append(b.ToString("X2", null));
        }
    }
}
