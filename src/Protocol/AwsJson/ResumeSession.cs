namespace Postern.Protocol.AwsJson;

/// <summary>Asks for a fresh token of a session whose client lost its connection.</summary>
public sealed record ResumeSessionRequest
{
    /// <summary>Required.</summary>
    public string? SessionId { get; init; }
}

/// <summary>The session with its new token.</summary>
public sealed record ResumeSessionResponse
{
    public string? SessionId { get; init; }
    /// <summary>Opens the data channel of this session, once. Absent from ResumeSession when the session has ended.</summary>
    public string? TokenValue { get; init; }
    /// <summary>WebSocket URL of the data channel, used verbatim.</summary>
    public string? StreamUrl { get; init; }

    public override string ToString() => $"ResumeSessionResponse({SessionId})"; // never the secret
}
