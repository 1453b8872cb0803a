using System.Text.Json.Serialization;

namespace Postern.Protocol.Messages;

/// <summary>Source-generated JSON for every payload in this folder. Unknown members are ignored, names are the records'.</summary>
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(AcknowledgeContent))]
[JsonSerializable(typeof(ChannelClosedContent))]
[JsonSerializable(typeof(AgentSessionStateContent))]
[JsonSerializable(typeof(SizeContent))]
[JsonSerializable(typeof(InteractiveShellContent))]
[JsonSerializable(typeof(SessionTask))]
[JsonSerializable(typeof(AgentTaskCompleteContent))]
[JsonSerializable(typeof(AgentTaskAcknowledgeContent))]
[JsonSerializable(typeof(OpenControlChannelInput))]
[JsonSerializable(typeof(OpenDataChannelInput))]
[JsonSerializable(typeof(HandshakeRequestContent))]
[JsonSerializable(typeof(SessionTypeParameters))]
[JsonSerializable(typeof(HandshakeResponseContent))]
[JsonSerializable(typeof(HandshakeCompleteContent))]
public sealed partial class MessagesJsonContext : JsonSerializerContext;
