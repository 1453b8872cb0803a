using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Postern.Protocol.AwsJson;

namespace Postern.Server.Events.Rules;

/// <summary>A target as it stands in its row.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EventTarget))]
internal sealed partial class EventTargetJson : JsonSerializerContext
{
    public static JsonTypeInfo<EventTarget> Shape => Default.EventTarget;
}
