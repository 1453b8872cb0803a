using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Postern.Protocol.SigV4;

/// <summary>Signs requests with AWS Signature Version 4. One canonical-request builder serves signer and verifier.</summary>
public static class SigV4Signer
{
    /// <summary>
    /// Headers to add: X-Amz-Date, X-Amz-Security-Token (when there is a token) and Authorization. Signs host, content-type and every
    /// x-amz-* header present. The request must already carry Host (with a non-default port).
    /// </summary>
    /// <exception cref="ArgumentException">There is no Host header, or the request is signed already.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> Sign(SignableRequest request, AwsCredentials credentials, string region, string service, DateTimeOffset now)
    {
        var scope = new CredentialScope(SigV4Terms.FormatDate(now), region, service);
        return AddHeaders(request, credentials.AccessKeyId, credentials.SessionToken, scope, now,
            text => HmacSignature.Compute(credentials.SecretAccessKey, scope, text));
    }

    /// <summary>
    /// The form registered nodes use for RequestManagedInstanceRoleToken: shaped like SigV4, the signature is base64 RSA-PSS (SHA-256, salt 32)
    /// over SHA-256 of the string to sign, the access key is the node id.
    /// </summary>
    /// <exception cref="ArgumentException">There is no Host header, or the request is signed already.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> SignRsa(SignableRequest request, string nodeId, RSA key, string region, string service, DateTimeOffset now)
    {
        var scope = new CredentialScope(SigV4Terms.FormatDate(now), region, service);
        return AddHeaders(request, nodeId, null, scope, now,
            text => Convert.ToBase64String(key.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pss)));
    }

    /// <summary>The query string of a presigned request, X-Amz-Signature included (without '?').</summary>
    /// <param name="expires">How long it is valid: whole seconds, at most seven days.</param>
    /// <exception cref="ArgumentException">There is no Host header, or the request is signed already, or it would be valid for too long.</exception>
    public static string Presign(SignableRequest request, AwsCredentials credentials, string region, string service, DateTimeOffset now, TimeSpan expires)
    {
        var seconds = (long)expires.TotalSeconds;
        if (seconds < 1 || expires > SigV4Limits.Expiry) throw new ArgumentOutOfRangeException(nameof(expires), expires, "A presigned request is valid for one second to seven days.");
        var signedHeaders = HeadersToSign(request.Headers);
        var scope = new CredentialScope(SigV4Terms.FormatDate(now), region, service);
        var query = new StringBuilder(request.Query);
        Add(SigV4Terms.QueryAlgorithm, SigV4Terms.Algorithm);
        Add(SigV4Terms.QueryCredential, $"{credentials.AccessKeyId}/{scope}");
        Add(SigV4Terms.Date, SigV4Terms.FormatTime(now));
        Add(SigV4Terms.QueryExpires, seconds.ToString(CultureInfo.InvariantCulture));
        Add(SigV4Terms.QuerySignedHeaders, string.Join(';', signedHeaders));
        if (credentials.SessionToken is { } token) Add(SigV4Terms.SecurityToken, token);
        var stringToSign = CanonicalRequest.StringToSign(request with { Query = query.ToString() }, signedHeaders, scope, now);
        Add(SigV4Terms.QuerySignature, HmacSignature.Compute(credentials.SecretAccessKey, scope, stringToSign));
        return query.ToString();

        void Add(string name, string value)
        {
            if (query.Length > 0) query.Append('&');
            query.Append(name).Append('=').Append(CanonicalUri.EncodeText(value));
        }
    }

    private static List<KeyValuePair<string, string>> AddHeaders(
        SignableRequest request, string accessKeyId, string? token, CredentialScope scope, DateTimeOffset now, Func<string, string> sign)
    {
        List<KeyValuePair<string, string>> added = [new(SigV4Terms.Date, SigV4Terms.FormatTime(now))];
        if (token is not null) added.Add(new(SigV4Terms.SecurityToken, token));
        foreach (var (name, _) in added)
            if (Has(request.Headers, name)) throw new ArgumentException($"The request carries {name} already; sign a fresh one.", nameof(request));
        List<KeyValuePair<string, string>> headers = [.. request.Headers, .. added];
        var signedHeaders = HeadersToSign(headers);
        var stringToSign = CanonicalRequest.StringToSign(request with { Headers = headers }, signedHeaders, scope, now);
        added.Add(new(SigV4Terms.Authorization,
            $"{SigV4Terms.Algorithm} Credential={accessKeyId}/{scope}, SignedHeaders={string.Join(';', signedHeaders)}, Signature={sign(stringToSign)}"));
        return added;
    }

    private static List<string> HeadersToSign(IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        if (!Has(headers, "host")) throw new ArgumentException("A request must carry its Host header before it is signed.", nameof(headers));
        if (Has(headers, SigV4Terms.Authorization)) throw new ArgumentException("The request carries Authorization already; sign a fresh one.", nameof(headers));
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (name, _) in headers)
        {
            var lower = name.ToLowerInvariant();
            if (lower is "host" or "content-type" || lower.StartsWith("x-amz-", StringComparison.Ordinal)) names.Add(lower);
        }
        return [.. names];
    }

    private static bool Has(IReadOnlyList<KeyValuePair<string, string>> headers, string name) =>
        headers.Any(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
}
