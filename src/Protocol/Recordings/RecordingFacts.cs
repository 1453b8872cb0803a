using System.Text.Json.Serialization;

namespace Postern.Protocol.Recordings;

/// <summary>What the header of a recording says: which session this is, and how the recording can be proved. In clear.</summary>
public sealed record RecordingFacts
{
    public string SessionId { get; init; } = "";
    /// <summary>shell, command, port or ssh (one connection whose bytes are not understood).</summary>
    public string Kind { get; init; } = "";
    /// <summary>ifPossible, required or strict, as it was when the recording began.</summary>
    public string Mode { get; init; } = "";
    /// <summary>Time 0 of all events, Unix milliseconds.</summary>
    public long StartedAt { get; init; }
    public string Owner { get; init; } = "";
    public string OwnerId { get; init; } = "";
    public string Node { get; init; } = "";
    public string Document { get; init; } = "";
    public string? DocumentVersion { get; init; }
    /// <summary>JSON object of a port session's parameters; {} for others, whose parameters may hold secrets.</summary>
    public string Parameters { get; init; } = "{}";
    public string? Reason { get; init; }
    public string Account { get; init; } = "";
    public string Region { get; init; } = "";
    /// <summary>Key that will sign the end: SubjectPublicKeyInfo, base64.</summary>
    public string PublicKey { get; init; } = "";
    /// <summary>SHA-256 of the key that the chunks are sealed with, hexadecimal: a copy cannot be given another one.</summary>
    public string KeyCommitment { get; init; } = "";
}

/// <summary>What the last chunk says.</summary>
public sealed record RecordingEnd
{
    /// <summary>Unix milliseconds.</summary>
    public long EndedAt { get; init; }
    /// <summary>How the session ended, for people; empty for a normal end.</summary>
    public string Reason { get; init; } = "";
    /// <summary>The gateway did not see the session's end: it was killed, and the session did not come back.</summary>
    public bool Unfinished { get; init; }
    public long Events { get; init; }
    /// <summary>Bytes towards the node, of events of kind Input: connections of a tunnel have their own.</summary>
    public long InputBytes { get; init; }
    /// <summary>Bytes towards the client, of events of kind Output.</summary>
    public long OutputBytes { get; init; }
    /// <summary>Events of kind Gap.</summary>
    public long Gaps { get; init; }
}

/// <summary>Body of an event of kind Gap: what passed and is not recorded.</summary>
public sealed record RecordingGap
{
    /// <summary>client or agent: whose messages; empty: unknown.</summary>
    public string From { get; init; } = "";
    /// <summary>0: unknown.</summary>
    public long Messages { get; init; }
    public string Reason { get; init; } = "";
}

/// <summary>Body of an event of kind Flow: a connection through a port session. Members that do not apply are absent.</summary>
public sealed record RecordingFlow
{
    public const string Opened = "opened", Closed = "closed";

    /// <summary>opened or closed.</summary>
    public string Event { get; init; } = "";
    /// <summary>Number of the connection in the session, from 1.</summary>
    public long Connection { get; init; }
    public string? Host { get; init; }
    public int? Port { get; init; }
    /// <summary>Microseconds from its opening.</summary>
    public long? Lasted { get; init; }
    /// <summary>Bytes that passed.</summary>
    public long? ToNode { get; init; }
    /// <inheritdoc cref="ToNode"/>
    public long? ToClient { get; init; }
    /// <summary>Why it was closed; absent: both ends were done.</summary>
    public string? Reason { get; init; }
}

/// <summary>Body of an event of kind Note. Members that do not apply are absent.</summary>
public sealed record RecordingNote
{
    public string Text { get; init; } = "";
    /// <summary>Of a command.</summary>
    public int? ExitCode { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RecordingFacts))]
[JsonSerializable(typeof(RecordingEnd))]
[JsonSerializable(typeof(RecordingGap))]
[JsonSerializable(typeof(RecordingFlow))]
[JsonSerializable(typeof(RecordingNote))]
public sealed partial class RecordingsJsonContext : JsonSerializerContext;
