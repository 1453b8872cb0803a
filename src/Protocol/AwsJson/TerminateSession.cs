namespace Postern.Protocol.AwsJson;

/// <summary>Ends a session for good; ending an ended one succeeds.</summary>
public sealed record TerminateSessionRequest
{
    /// <summary>Required.</summary>
    public string? SessionId { get; init; }
}

/// <summary>The session that ends.</summary>
public sealed record TerminateSessionResponse
{
    public string? SessionId { get; init; }
}
