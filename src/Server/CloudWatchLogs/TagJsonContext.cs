using System.Text.Json.Serialization;

namespace Postern.Server.CloudWatchLogs;

/// <summary>Tags of a log group as its row holds them.</summary>
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class TagJsonContext : JsonSerializerContext;
