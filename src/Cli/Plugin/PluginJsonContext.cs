using System.Text.Json.Serialization;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Plugin;

[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(StartSessionResponse))]
internal sealed partial class PluginJsonContext : JsonSerializerContext;
