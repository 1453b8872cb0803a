using System.Text.Json.Serialization;

namespace Postern.Protocol.AwsJson;

/// <summary>Shapes of the message delivery service: members are read in any case, unknown ones are skipped, absent ones are not written, times are epoch seconds.</summary>
[JsonSourceGenerationOptions(
    PropertyNameCaseInsensitive = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(EpochSecondsConverter)])]
[JsonSerializable(typeof(GetMessagesRequest))]
[JsonSerializable(typeof(GetMessagesResponse))]
[JsonSerializable(typeof(AcknowledgeMessageRequest))]
[JsonSerializable(typeof(SendReplyRequest))]
[JsonSerializable(typeof(SendReplyResponse))]
[JsonSerializable(typeof(FailMessageRequest))]
[JsonSerializable(typeof(DeleteMessageRequest))]
[JsonSerializable(typeof(GetEndpointRequest))]
[JsonSerializable(typeof(GetEndpointResponse))]
[JsonSerializable(typeof(EmptyResponse))]
internal sealed partial class Ec2MessagesJsonContext : JsonSerializerContext;
