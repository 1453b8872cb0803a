namespace Postern.Protocol.AwsJson;

/// <summary>Asks for a node's temporary keys. Signed with the node's RSA key.</summary>
public sealed record RequestManagedInstanceRoleTokenRequest
{
    /// <summary>As registered. Required.</summary>
    public string? Fingerprint { get; init; }
}

/// <summary>Temporary keys of a node. The stock agent needs all five members.</summary>
public sealed record RequestManagedInstanceRoleTokenResponse
{
    public string? AccessKeyId { get; init; }
    public string? SecretAccessKey { get; init; }
    public string? SessionToken { get; init; }
    public DateTimeOffset? TokenExpirationDate { get; init; }
    /// <summary>True asks the node for a new key pair; always written, the stock agent crashes without it.</summary>
    public bool UpdateKeyPair { get; init; }

    public override string ToString() => $"RequestManagedInstanceRoleTokenResponse({AccessKeyId})"; // never the secret
}
