using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Postern.Protocol.Recordings;

namespace Postern.Server.Recordings.Delivery;

/// <summary>A message of a streamed session log, as AWS's agent writes them.</summary>
internal sealed record StreamedLine
{
    // What stands in a log is searched as it is: letters stay letters.
    private static readonly StreamedLineJsonContext Json = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public string EventVersion { get; init; } = "1.0";
    public string EventTime { get; init; } = "";
    public string AwsRegion { get; init; } = "";
    public StreamedTarget Target { get; init; } = new("");
    public StreamedIdentity UserIdentity { get; init; } = new("");
    public string RunAsUser { get; init; } = "";
    public string SessionId { get; init; } = "";
    public IReadOnlyList<string> SessionData { get; init; } = [];

    /// <param name="facts">Of the recording.</param>
    /// <param name="time">Unix milliseconds.</param>
    /// <param name="lines">Of about that time.</param>
    public static string Write(RecordingFacts facts, long time, IReadOnlyList<string> lines) => JsonSerializer.Serialize(new StreamedLine
    {
        EventTime = DateTimeOffset.FromUnixTimeMilliseconds(time).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
        AwsRegion = facts.Region,
        Target = new StreamedTarget(facts.Node),
        UserIdentity = new StreamedIdentity(facts.Owner),
        SessionId = facts.SessionId,
        SessionData = lines,
    }, Json.StreamedLine);
}

internal sealed record StreamedTarget(string Id);

internal sealed record StreamedIdentity(string Arn);

[JsonSerializable(typeof(StreamedLine))]
internal sealed partial class StreamedLineJsonContext : JsonSerializerContext;
