namespace Postern.Protocol.AwsJson;

/// <summary>Replaces a node's public key. Signed with the old key.</summary>
public sealed record UpdateManagedInstancePublicKeyRequest
{
    /// <summary>Base64 of a DER SubjectPublicKeyInfo. Required.</summary>
    public string? NewPublicKey { get; init; }
    /// <summary>Rsa.</summary>
    public string? NewPublicKeyType { get; init; }
}
