namespace Postern.Protocol.AwsJson;

/// <summary>Asks whether a session with a node could start now.</summary>
public sealed record GetConnectionStatusRequest
{
    /// <summary>Node id. Required.</summary>
    public string? Target { get; init; }
}

/// <summary>Whether the node has a control channel.</summary>
public sealed record GetConnectionStatusResponse
{
    public string? Target { get; init; }
    /// <summary>connected or notconnected.</summary>
    public string? Status { get; init; }
}
