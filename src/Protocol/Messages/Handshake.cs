using System.Text.Json;
using System.Text.Json.Serialization;

namespace Postern.Protocol.Messages;

/// <summary>Payload of <see cref="PayloadType.HandshakeRequest"/>, node to person.</summary>
public sealed record HandshakeRequestContent
{
    public string AgentVersion { get; init; } = ProtocolVersions.Agent;
    public IReadOnlyList<RequestedClientAction> RequestedClientActions { get; init; } = [];
    /// <summary>What our node offers beyond AWS; stock peers neither send nor read it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public PosternOffer? Postern { get; init; }
}

/// <summary>One thing the node wants of the client; <c>ActionParameters</c> depends on the type.</summary>
public sealed record RequestedClientAction(string ActionType, JsonElement ActionParameters)
{
    public const string SessionType = "SessionType";
    public const string KmsEncryption = "KMSEncryption";
}

/// <summary>ActionParameters of <see cref="RequestedClientAction.SessionType"/>.</summary>
public sealed record SessionTypeParameters(string SessionType, JsonElement? Properties);

/// <summary>Payload of <see cref="PayloadType.HandshakeResponse"/>, person to node.</summary>
public sealed record HandshakeResponseContent
{
    public string ClientVersion { get; init; } = ProtocolVersions.Client;
    public IReadOnlyList<ProcessedClientAction> ProcessedClientActions { get; init; } = [];
    public IReadOnlyList<string>? Errors { get; init; }
    /// <summary>What our client takes of the node's offer; absent when either end is stock.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public PosternOffer? Postern { get; init; }
}

/// <summary>ActionStatus: 1 success, 2 failed, 3 unsupported.</summary>
public sealed record ProcessedClientAction(string ActionType, int ActionStatus, JsonElement? ActionResult, string Error);

/// <summary>Payload of <see cref="PayloadType.HandshakeComplete"/>. The time is in nanoseconds; the message is printed by the client.</summary>
public sealed record HandshakeCompleteContent(long HandshakeTimeToComplete, string CustomerMessage);

/// <summary>
/// The extension our two ends agree on inside the handshake: docs/protocol/extensions.md. The node offers, the client answers
/// with what it takes (never more than was offered). Absent means plain AWS behaviour.
/// </summary>
public sealed record PosternOffer
{
    public int Version { get; init; } = 1;
    /// <summary>Largest payload of one stream message, bytes. Stock ends take 1024.</summary>
    public int MaxPayload { get; init; } = DataStream.DataStreamOptions.StockPayload;
    /// <summary>Port sessions carry the extended multiplexer: windows per stream, half-close, reasons for failed connections.</summary>
    public bool ExtendedMux { get; init; }
    /// <summary>Commands without a terminal: standard error goes apart and the exit code is sent, whatever the document says.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool ExitCode { get; init; }
    /// <summary>Messages may leave out their digest: docs/protocol/extensions.md.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool NoDigest { get; init; }
    /// <summary>One acknowledgement may stand for all messages up to its number.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool CumulativeAcks { get; init; }
    /// <summary>Set by the node when it already knows that the destination cannot be reached: a sentence for the person, without control characters.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? DestinationError { get; init => field = value is null ? null : TerminalText.Clean(value); }
}
