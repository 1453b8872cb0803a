namespace Postern.Protocol.AwsJson;

/// <summary>Opens a session with a node.</summary>
public sealed record StartSessionRequest
{
    /// <summary>Node id, i-… or mi-…. Required.</summary>
    public string? Target { get; init; }
    /// <summary>Session document; the default shell when absent.</summary>
    public string? DocumentName { get; init; }
    /// <summary>Why, up to 256 characters; kept with the session.</summary>
    public string? Reason { get; init; }
    /// <summary>Values of the document's parameters; each is a list.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Parameters { get; init; }
}

/// <summary>A session that waits for its two ends.</summary>
public sealed record StartSessionResponse
{
    public string? SessionId { get; init; }
    /// <summary>Opens the data channel of this session, once. Absent from ResumeSession when the session has ended.</summary>
    public string? TokenValue { get; init; }
    /// <summary>WebSocket URL of the data channel, used verbatim.</summary>
    public string? StreamUrl { get; init; }

    public override string ToString() => $"StartSessionResponse({SessionId})"; // never the secret
}
