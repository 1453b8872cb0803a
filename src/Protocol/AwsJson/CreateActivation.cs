namespace Postern.Protocol.AwsJson;

/// <summary>Makes a code with which nodes may register.</summary>
public sealed record CreateActivationRequest
{
    public string? Description { get; init; }
    public string? DefaultInstanceName { get; init; }
    /// <summary>Role the nodes get. Required.</summary>
    public string? IamRole { get; init; }
    /// <summary>How many nodes, 1 to 1000; 1 when absent.</summary>
    public int? RegistrationLimit { get; init; }
    /// <summary>At most 30 days ahead; 24 hours when absent.</summary>
    public DateTimeOffset? ExpirationDate { get; init; }
    public IReadOnlyList<Tag>? Tags { get; init; }
    public IReadOnlyList<RegistrationMetadataItem>? RegistrationMetadata { get; init; }
}

/// <summary>The activation with its code, which is shown only here.</summary>
public sealed record CreateActivationResponse
{
    public string? ActivationId { get; init; }
    public string? ActivationCode { get; init; }

    public override string ToString() => $"CreateActivationResponse({ActivationId})"; // never the secret
}

/// <summary>A note kept with an activation.</summary>
public sealed record RegistrationMetadataItem
{
    public string? Key { get; init; }
    public string? Value { get; init; }
}
