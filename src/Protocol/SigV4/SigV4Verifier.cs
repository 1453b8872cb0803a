using System.Security.Cryptography;
using System.Text;

namespace Postern.Protocol.SigV4;

/// <summary>Verifies signatures made by any AWS client. Canonical requests are built from the SignedHeaders list received.</summary>
public static partial class SigV4Verifier
{
    // A header of this list that is present but not signed could be changed on the way: who the caller is and what is called.
    private static readonly string[] HeadersThatMustBeSigned = ["x-amz-target", "x-amz-security-token"];

    /// <summary>
    /// Null when the signature is right: date within <paramref name="tolerance"/> (or the query form's own expiry), scope date equal to the
    /// request's, region and service as expected, host and x-amz-date signed, every x-amz-target and x-amz-security-token signed when present,
    /// x-amz-content-sha256 (when sent) equal to the body hash. Compared in constant time.
    /// </summary>
    public static SignatureError? Verify(SignableRequest request, SignatureClaims claims, string secretAccessKey, string region, string service, DateTimeOffset now, TimeSpan tolerance)
    {
        if (CheckClaims(request, claims, region, service, now, tolerance) is { } error) return error;
        var stringToSign = CanonicalRequest.StringToSign(request, claims.SignedHeaders, claims.Scope, claims.Date);
        var expected = HmacSignature.Compute(secretAccessKey, claims.Scope, stringToSign);
        return HmacSignature.Matches(expected, claims.Signature) ? null : SignatureErrors.Mismatch;
    }

    /// <summary>As <see cref="Verify"/> for the RSA form of registered nodes.</summary>
    public static SignatureError? VerifyRsa(SignableRequest request, SignatureClaims claims, RSA publicKey, string region, string service, DateTimeOffset now, TimeSpan tolerance)
    {
        if (CheckClaims(request, claims, region, service, now, tolerance) is { } error) return error;
        var signature = new byte[SigV4Limits.SignatureLength];
        if (!Convert.TryFromBase64String(claims.Signature, signature, out var length)) return SignatureErrors.NodeKeyMismatch;
        var stringToSign = CanonicalRequest.StringToSign(request, claims.SignedHeaders, claims.Scope, claims.Date);
        return publicKey.VerifyData(Encoding.UTF8.GetBytes(stringToSign), signature.AsSpan(0, length), HashAlgorithmName.SHA256, RSASignaturePadding.Pss)
            ? null
            : SignatureErrors.NodeKeyMismatch;
    }

    private static SignatureError? CheckClaims(SignableRequest request, SignatureClaims claims, string region, string service, DateTimeOffset now, TimeSpan tolerance) =>
        CheckSignedHeaders(request, claims) ?? CheckScope(claims, region, service) ?? CheckTime(claims, now, tolerance) ?? CheckBodyHash(request);

    private static SignatureError? CheckSignedHeaders(SignableRequest request, SignatureClaims claims)
    {
        if (!claims.SignedHeaders.Contains("host")) return SignatureErrors.Invalid("'Host' must be a 'SignedHeader' in the AWS Authorization.");
        if (claims.Expires is null && !claims.SignedHeaders.Contains("x-amz-date"))
            return SignatureErrors.Invalid("'X-Amz-Date' must be a 'SignedHeader' in the AWS Authorization.");
        foreach (var name in HeadersThatMustBeSigned)
        {
            if (request.Headers.Any(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)) && !claims.SignedHeaders.Contains(name))
                return SignatureErrors.Invalid($"'{name}' is in the request and must be a 'SignedHeader' in the AWS Authorization.");
        }
        return null;
    }

    private static SignatureError? CheckScope(SignatureClaims claims, string region, string service)
    {
        if (claims.Scope.Region != region) return SignatureErrors.Invalid($"Credential should be scoped to a valid region, not '{claims.Scope.Region}'. This endpoint's region is '{region}'.");
        if (claims.Scope.Service != service) return SignatureErrors.Invalid($"Credential should be scoped to correct service: '{service}', not '{claims.Scope.Service}'.");
        var date = SigV4Terms.FormatDate(claims.Date);
        return claims.Scope.Date == date
            ? null
            : SignatureErrors.Invalid($"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{claims.Scope.Date}' != '{date}', from '{SigV4Terms.FormatTime(claims.Date)}'.");
    }

    private static SignatureError? CheckTime(SignatureClaims claims, DateTimeOffset now, TimeSpan tolerance)
    {
        if (claims.Date - now > tolerance) return SignatureErrors.NotYetCurrent(claims.Date, now + tolerance, now, tolerance);
        var validFor = claims.Expires ?? tolerance;
        return now - claims.Date > validFor ? SignatureErrors.Expired(claims.Date, now - validFor, now, validFor) : null;
    }

    private static SignatureError? CheckBodyHash(SignableRequest request)
    {
        foreach (var (name, value) in request.Headers)
        {
            if (name.Equals(SigV4Terms.ContentSha256, StringComparison.OrdinalIgnoreCase) && !value.Trim().Equals(request.BodyHash, StringComparison.OrdinalIgnoreCase))
                return SignatureErrors.Invalid("The value of the 'x-amz-content-sha256' header does not match the SHA-256 of the body received.");
        }
        return null;
    }
}
