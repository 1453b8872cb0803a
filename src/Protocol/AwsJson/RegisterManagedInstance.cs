namespace Postern.Protocol.AwsJson;

/// <summary>Registers a node. Not signed: the activation code is the permission.</summary>
public sealed record RegisterManagedInstanceRequest
{
    public string? ActivationCode { get; init; }
    public string? ActivationId { get; init; }
    /// <summary>Identifies the machine; sent again with every token request. Required.</summary>
    public string? Fingerprint { get; init; }
    public string? IamRole { get; init; }
    /// <summary>Base64 of a DER SubjectPublicKeyInfo. Required.</summary>
    public string? PublicKey { get; init; }
    /// <summary>Rsa.</summary>
    public string? PublicKeyType { get; init; }
    public IReadOnlyList<Tag>? Tags { get; init; }

    public override string ToString() => $"RegisterManagedInstanceRequest({ActivationId})"; // never the secret
}

/// <summary>The id given to the node.</summary>
public sealed record RegisterManagedInstanceResponse
{
    public string? InstanceId { get; init; }
}
