using System.Security.Cryptography;

namespace Postern.Protocol.SigV4;

/// <summary>Why a signature was refused; <see cref="Code"/> is the AWS error code a client expects, the message never holds a secret.</summary>
public sealed record SignatureError(string Code, string Message);

/// <summary>The claims of a signed request, from the Authorization header or the query. Nothing is verified yet.</summary>
public sealed record SignatureClaims
{
    public required string AccessKeyId { get; init; }
    public required CredentialScope Scope { get; init; }
    /// <summary>Lower-case, in the order received.</summary>
    public required IReadOnlyList<string> SignedHeaders { get; init; }
    /// <summary>Hex for HMAC, base64 for RSA.</summary>
    public required string Signature { get; init; }
    public required DateTimeOffset Date { get; init; }
    /// <summary>Set for the query form only.</summary>
    public TimeSpan? Expires { get; init; }
    public string? SessionToken { get; init; }
}

/// <summary>Verifies signatures made by any AWS client. Canonical requests are built from the SignedHeaders list received.</summary>
public static class SigV4Verifier
{
    // CONTRACT STUB
    /// <summary>True with claims; false with an error (MissingAuthenticationToken when the request is not signed at all).</summary>
    public static bool TryParse(SignableRequest request, out SignatureClaims? claims, out SignatureError? error) => throw new NotImplementedException();

    /// <summary>
    /// Null when the signature is right: date within <paramref name="tolerance"/> (or the query form's own expiry), scope date equal to the
    /// request's, region and service as expected, host and x-amz-date signed, every x-amz-target and x-amz-security-token signed when present,
    /// x-amz-content-sha256 (when sent) equal to the body hash. Compared in constant time.
    /// </summary>
    public static SignatureError? Verify(SignableRequest request, SignatureClaims claims, string secretAccessKey, string region, string service, DateTimeOffset now, TimeSpan tolerance) => throw new NotImplementedException();

    /// <summary>As <see cref="Verify"/> for the RSA form of registered nodes.</summary>
    public static SignatureError? VerifyRsa(SignableRequest request, SignatureClaims claims, RSA publicKey, string region, string service, DateTimeOffset now, TimeSpan tolerance) => throw new NotImplementedException();
}
