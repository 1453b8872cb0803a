using System.Text.Json;
using System.Text.Json.Serialization;

namespace Postern.Protocol.Messages;

// JSON payloads. Member names are the wire's; every string member must be a JSON string, or stock peers fail to decode.

/// <summary>Payload of <c>acknowledge</c>. Receivers use the sequence number only.</summary>
public sealed record AcknowledgeContent(
    string AcknowledgedMessageType,
    string AcknowledgedMessageId,
    long AcknowledgedMessageSequenceNumber,
    bool IsSequentialMessage = true);

/// <summary>Payload of <c>channel_closed</c>. <c>Output</c> is shown to the person; empty means a normal end.</summary>
public sealed record ChannelClosedContent
{
    public string MessageType { get; init; } = "channel_closed";
    public string MessageId { get; init; } = "";
    public string DestinationId { get; init; } = "";
    public string SessionId { get; init; } = "";
    public int SchemaVersion { get; init; } = 1;
    public string CreatedDate { get; init; } = "";
    public string Output { get; init; } = "";
}

/// <summary>Payload of <c>agent_session_state</c>: Connected or Terminating.</summary>
public sealed record AgentSessionStateContent(int SchemaVersion, string SessionState, string SessionId);

/// <summary>Payload of <see cref="PayloadType.Size"/>.</summary>
public sealed record SizeContent(
    [property: JsonPropertyName("cols")] uint Columns,
    [property: JsonPropertyName("rows")] uint Rows);

/// <summary>Payload of <c>interactive_shell</c>; <c>Content</c> holds <see cref="SessionTask"/> as a JSON string.</summary>
public sealed record InteractiveShellContent(string Content, string TaskId, string Topic, int SchemaVersion = 1);

/// <summary>The session a node is asked to start. Parameters are scalars (StringList stays a list).</summary>
public sealed record SessionTask
{
    public string DocumentName { get; init; } = "";
    public JsonElement DocumentContent { get; init; }
    public string SessionId { get; init; } = "";
    public JsonElement Parameters { get; init; }
    public string RunAsUser { get; init; } = "";
    public string SessionOwner { get; init; } = "";
}

/// <summary>Payload of <c>agent_task_complete</c>.</summary>
public sealed record AgentTaskCompleteContent
{
    public int SchemaVersion { get; init; } = 1;
    /// <summary>The session id.</summary>
    public string TaskId { get; init; } = "";
    public string Topic { get; init; } = "agent_task_complete";
    /// <summary>Success or Failed.</summary>
    public string FinalTaskStatus { get; init; } = "";
    public bool IsRoutingFailure { get; init; }
    public string AwsAccountId { get; init; } = "";
    public string InstanceId { get; init; } = "";
    public string Output { get; init; } = "";
    public string S3Bucket { get; init; } = "";
    public string S3UrlSuffix { get; init; } = "";
    public string CwlGroup { get; init; } = "";
    public string CwlStream { get; init; } = "";
    public int RetryNumber { get; init; }
}

/// <summary>Payload of <c>agent_task_acknowledge</c>. Only <c>MessageId</c> (of the acknowledged frame) is matched.</summary>
public sealed record AgentTaskAcknowledgeContent(int SchemaVersion, string MessageId, string TaskId, string Topic);

/// <summary>First text frame on the control channel. <see cref="Postern"/> is our own agent's addition; stock ends send none.</summary>
public sealed record OpenControlChannelInput
{
    public string? Cookie { get; init; }
    public string MessageSchemaVersion { get; init; } = ProtocolVersions.MessageSchema;
    public string RequestId { get; init; } = "";
    public string TokenValue { get; init; } = "";
    public string AgentVersion { get; init; } = "";
    public string PlatformType { get; init; } = "";
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public PosternNode? Postern { get; init; }
}

/// <summary>What our agent says of itself when it opens its control channel. A new BootId means that sessions of the old one are gone.</summary>
public sealed record PosternNode(string Version, string BootId);

/// <summary>First text frame on a data channel, from either side. Only nodes send <see cref="ClientInstanceId"/>.</summary>
public sealed record OpenDataChannelInput
{
    public string MessageSchemaVersion { get; init; } = ProtocolVersions.MessageSchema;
    public string RequestId { get; init; } = "";
    public string TokenValue { get; init; } = "";
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? ClientInstanceId { get; init; }
    public string ClientId { get; init; } = "";
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? ClientVersion { get; init; }
}
