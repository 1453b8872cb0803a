using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Postern.Protocol.SigV4;

// Reads the claims of a request. Everything here comes from a caller nobody knows yet: lengths first, then shapes.
public static partial class SigV4Verifier
{
    /// <summary>True with claims; false with an error (MissingAuthenticationTokenException when the request is not signed at all).</summary>
    public static bool TryParse(SignableRequest request, [NotNullWhen(true)] out SignatureClaims? claims, [NotNullWhen(false)] out SignatureError? error)
    {
        claims = null;
        if (request.Query.Length > SigV4Limits.QueryLength || request.Path.Length > SigV4Limits.PathLength)
        {
            error = SignatureErrors.Incomplete($"The path may be {SigV4Limits.PathLength} characters long and the query {SigV4Limits.QueryLength}.");
            return false;
        }
        var authorization = Single(request.Headers, SigV4Terms.Authorization, out var repeated);
        var presigned = QueryClaims.Read(request.Query);
        error = (authorization, presigned.Present) switch
        {
            _ when repeated => SignatureErrors.Incomplete("There must be one Authorization header, not several."),
            (not null, true) => SignatureErrors.Incomplete("A request is signed in its Authorization header or in its query, not in both."),
            (null, false) => SignatureErrors.Missing,
            (null, true) => FromQuery(presigned, out claims),
            (not null, false) => FromHeader(request, authorization, out claims),
        };
        return error is null;
    }

    private static SignatureError? FromHeader(SignableRequest request, string authorization, out SignatureClaims? claims)
    {
        claims = null;
        if (authorization.Length > SigV4Limits.AuthorizationLength)
            return SignatureErrors.Incomplete($"The Authorization header may be {SigV4Limits.AuthorizationLength} characters long.");
        var trimmed = authorization.Trim();
        var space = trimmed.IndexOfAny([' ', '\t']);
        var algorithm = space < 0 ? trimmed : trimmed[..space];
        if (algorithm != SigV4Terms.Algorithm) return UnsupportedAlgorithm("Authorization header");

        string? credential = null, signedHeaders = null, signature = null;
        foreach (var part in space < 0 ? [] : trimmed[(space + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            // The first '=' ends the name; a base64 signature may end in more of them.
            var equals = part.IndexOf('=');
            if (equals < 0) return SignatureErrors.Incomplete("Every part of the Authorization header after the algorithm is name=value, with commas between.");
            var value = part[(equals + 1)..];
            var repeated = part[..equals] switch
            {
                "Credential" => !TrySet(ref credential, value),
                "SignedHeaders" => !TrySet(ref signedHeaders, value),
                "Signature" => !TrySet(ref signature, value),
                _ => false,
            };
            if (repeated) return SignatureErrors.Incomplete($"Authorization header has more than one '{part[..equals]}' parameter.");
        }
        if (credential is null || signedHeaders is null || signature is null)
            return SignatureErrors.Incomplete(string.Join(' ', MissingOf("Authorization header", ("Credential", credential), ("SignedHeaders", signedHeaders), ("Signature", signature))));

        var date = Single(request.Headers, SigV4Terms.Date, out var repeatedDate);
        if (date is null || repeatedDate) return SignatureErrors.Incomplete("Authorization header requires existence of one 'X-Amz-Date' header.");
        var token = Single(request.Headers, SigV4Terms.SecurityToken, out var repeatedToken);
        if (repeatedToken) return SignatureErrors.Incomplete("There must be one X-Amz-Security-Token header, not several.");
        return Complete(new RawClaims(credential, signedHeaders, signature, date.Trim(), null, token?.Trim()), out claims);
    }

    private static SignatureError? FromQuery(QueryClaims query, out SignatureClaims? claims)
    {
        claims = null;
        if (query.Repeated is { } name) return SignatureErrors.Incomplete($"The query has more than one '{name}' parameter.");
        if (query.Algorithm != SigV4Terms.Algorithm) return UnsupportedAlgorithm("query");
        if (query is not { Credential: { } credential, SignedHeaders: { } signedHeaders, Signature: { } signature, Date: { } date, Expires: { } expires })
            return SignatureErrors.Incomplete(string.Join(' ', MissingOf("AWS query-string", (SigV4Terms.QueryCredential, query.Credential), (SigV4Terms.Date, query.Date),
                (SigV4Terms.QueryExpires, query.Expires), (SigV4Terms.QuerySignedHeaders, query.SignedHeaders), (SigV4Terms.QuerySignature, query.Signature))));
        if (!int.TryParse(expires, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds < 1 || seconds > SigV4Limits.Expiry.TotalSeconds)
            return SignatureErrors.Incomplete($"X-Amz-Expires must be a number of seconds from 1 to {SigV4Limits.Expiry.TotalSeconds}.");
        return Complete(new RawClaims(credential, signedHeaders, signature, date, TimeSpan.FromSeconds(seconds), query.SecurityToken), out claims);
    }

    private static SignatureError? Complete(RawClaims raw, out SignatureClaims? claims)
    {
        claims = null;
        var credential = raw.Credential.Split('/');
        if (credential.Length != 5) return SignatureErrors.Incomplete("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.");
        if (credential[0].Length is 0 or > SigV4Limits.AccessKeyIdLength) return SignatureErrors.Incomplete($"The key id in Credential must be 1 to {SigV4Limits.AccessKeyIdLength} characters long.");
        // It goes to databases and logs before anything is verified.
        if (!credential[0].All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')) return SignatureErrors.Incomplete("The key id in Credential must consist of letters, digits, '-' and '_'.");
        if (credential[4] != SigV4Terms.Terminator) return SignatureErrors.Invalid($"Credential should be scoped with a valid terminator: '{SigV4Terms.Terminator}'.");
        if (!SigV4Terms.TryParseTime(raw.Date, out var date)) return SignatureErrors.Incomplete("X-Amz-Date must be in the ISO 8601 basic format YYYYMMDD'T'HHMMSS'Z'.");
        if (raw.Signature.Length is 0 or > SigV4Limits.SignatureLength) return SignatureErrors.Incomplete($"Signature must be 1 to {SigV4Limits.SignatureLength} characters long.");
        var names = raw.SignedHeaders.ToLowerInvariant().Split(';', SigV4Limits.SignedHeaders + 1);
        if (names.Length > SigV4Limits.SignedHeaders) return SignatureErrors.Incomplete($"SignedHeaders may name {SigV4Limits.SignedHeaders} headers.");
        if (names.Any(name => !IsHeaderName(name)) || names.Distinct().Count() != names.Length)
            return SignatureErrors.Incomplete("SignedHeaders must be header names with semicolons between, each once.");
        claims = new SignatureClaims
        {
            AccessKeyId = credential[0],
            Scope = new CredentialScope(credential[1], credential[2], credential[3]),
            SignedHeaders = names,
            Signature = raw.Signature,
            Date = date,
            Expires = raw.Expires,
            SessionToken = raw.SessionToken,
        };
        return null;
    }

    private static bool TrySet(ref string? field, string value)
    {
        if (field is not null) return false;
        field = value;
        return true;
    }

    private static SignatureError UnsupportedAlgorithm(string where) =>
        SignatureErrors.Incomplete($"Unsupported AWS 'algorithm' in the {where}; this endpoint takes {SigV4Terms.Algorithm}.");

    private static IEnumerable<string> MissingOf(string where, params (string Name, string? Value)[] parts) =>
        parts.Where(part => part.Value is null).Select(part => $"{where} requires '{part.Name}' parameter.");

    private static bool IsHeaderName(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static string? Single(IReadOnlyList<KeyValuePair<string, string>> headers, string name, out bool repeated)
    {
        string? found = null;
        repeated = false;
        foreach (var (key, value) in headers)
        {
            if (!key.Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
            repeated = found is not null;
            if (repeated) break;
            found = value;
        }
        return found;
    }

    private sealed record RawClaims(string Credential, string SignedHeaders, string Signature, string Date, TimeSpan? Expires, string? SessionToken);
}
