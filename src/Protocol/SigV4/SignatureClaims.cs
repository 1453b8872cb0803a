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

    public override string ToString() => $"SignatureClaims({AccessKeyId}, {Scope})"; // never the token
}
