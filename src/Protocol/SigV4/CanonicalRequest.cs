using System.Security.Cryptography;
using System.Text;

namespace Postern.Protocol.SigV4;

/// <summary>
/// The one builder of canonical requests, for signer and verifier:
/// <code>
/// method \n path \n query \n (name:value \n)* \n signed-headers \n body-hash
/// </code>
/// The headers are those of the list given, in its order, never a fixed set: callers differ in what they sign.
/// </summary>
internal static class CanonicalRequest
{
    public static string Build(SignableRequest request, IReadOnlyList<string> signedHeaders, string service)
    {
        var text = new StringBuilder(512);
        text.Append(request.Method.ToUpperInvariant()).Append('\n');
        CanonicalUri.AppendPath(text, request.Path, service);
        text.Append('\n');
        CanonicalUri.AppendQuery(text, request.Query);
        text.Append('\n');
        foreach (var name in signedHeaders) AppendHeader(text, name, request.Headers);
        text.Append('\n');
        text.AppendJoin(';', signedHeaders).Append('\n');
        return text.Append(request.BodyHash).ToString();
    }

    /// <summary>What is signed: algorithm, time, scope and the hash of the canonical request, a line each.</summary>
    public static string StringToSign(SignableRequest request, IReadOnlyList<string> signedHeaders, CredentialScope scope, DateTimeOffset time)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(Build(request, signedHeaders, scope.Service)));
        return $"{SigV4Terms.Algorithm}\n{SigV4Terms.FormatTime(time)}\n{scope}\n{Convert.ToHexStringLower(hash)}";
    }

    // A header sent more than once is one line with commas. A signed header that was not sent is an empty line: some HTTP stacks drop empty headers.
    private static void AppendHeader(StringBuilder text, string name, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        text.Append(name).Append(':');
        var first = true;
        foreach (var (key, value) in headers)
        {
            if (!key.Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
            if (!first) text.Append(',');
            first = false;
            AppendTrimmed(text, value);
        }
        text.Append('\n');
    }

    // No white space at either end, one space where there was any between.
    private static void AppendTrimmed(StringBuilder text, ReadOnlySpan<char> value)
    {
        var pendingSpace = false;
        var started = false;
        foreach (var c in value)
        {
            if (c is ' ' or '\t')
            {
                pendingSpace = started;
                continue;
            }
            if (pendingSpace) text.Append(' ');
            pendingSpace = false;
            started = true;
            text.Append(c);
        }
    }
}
