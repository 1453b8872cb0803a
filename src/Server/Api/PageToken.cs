using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using Postern.Protocol.AwsJson;

namespace Postern.Server.Api;

/// <summary>
/// NextToken of every paged operation: the key of the last item given, bound to the operation and its filters. It grants nothing: it only
/// says where to go on in the list that the call is allowed and its filters leave, both decided anew for each page. So it is checked for damage and for use with another request,
/// and not signed: somebody who makes one up gets a part of a list that is his to read. Any gateway can read it.
/// </summary>
internal static class PageToken
{
    /// <summary>Longest token accepted, in characters.</summary>
    public const int MaxLength = 1024;

    private const int ChecksumBytes = 12;

    /// <param name="scope">Operation and filters, see <see cref="Scope"/>.</param>
    /// <param name="position">The key of the last item on the page.</param>
    public static string Write(string scope, string position)
    {
        var text = Encoding.UTF8.GetBytes(position);
        return Base64Url.EncodeToString([.. Checksum(scope, text), .. text]);
    }

    /// <summary>The position; "" when there is no token, which is before every key.</summary>
    /// <exception cref="AwsErrorException">InvalidNextToken.</exception>
    public static string Read(string scope, string? token)
    {
        if (token is null) return "";
        if (token.Length is > 0 and <= MaxLength)
        {
            var bytes = new byte[token.Length];
            if (Base64Url.IsValid(token) && Base64Url.TryDecodeFromChars(token, bytes, out var count) && count > ChecksumBytes)
            {
                var text = bytes.AsSpan(ChecksumBytes, count - ChecksumBytes);
                if (CryptographicOperations.FixedTimeEquals(bytes.AsSpan(0, ChecksumBytes), Checksum(scope, text)) && Position(text) is { } position) return position;
            }
        }
        throw Invalid();
    }

    /// <summary>Also for a position that no page of the operation ends at.</summary>
    public static AwsErrorException Invalid() => new("InvalidNextToken", "NextToken is not one that this operation gave for these filters. Ask for the first page without NextToken.");

    /// <summary>What a token is bound to.</summary>
    public static string Scope(string operation, IEnumerable<(string Key, IReadOnlyList<string> Values)> filters)
    {
        var scope = new StringBuilder(operation);
        foreach (var (key, values) in filters)
        {
            scope.Append('\u0001').Append(key);
            foreach (var value in values) scope.Append('\u0002').Append(value);
        }
        return scope.ToString();
    }

    /// <summary>Null: no key looks like this, and a database may refuse it (PostgreSQL has no text with a zero in it).</summary>
    private static string? Position(ReadOnlySpan<byte> text)
        => Utf8.IsValid(text) && text.IndexOf((byte)0) < 0 ? Encoding.UTF8.GetString(text) : null;

    private static byte[] Checksum(string scope, ReadOnlySpan<byte> position)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(SHA256.HashData(Encoding.UTF8.GetBytes(scope)));
        hash.AppendData(position);
        return hash.GetHashAndReset()[..ChecksumBytes];
    }
}
