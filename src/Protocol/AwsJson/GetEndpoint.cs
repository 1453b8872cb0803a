namespace Postern.Protocol.AwsJson;

/// <summary>A node asks where its messages wait.</summary>
public sealed record GetEndpointRequest
{
    /// <summary>Node id. Required.</summary>
    public string? Destination { get; init; }
}

/// <summary>The endpoint, a host name.</summary>
public sealed record GetEndpointResponse
{
    public string? Endpoint { get; init; }
}
