using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Postern.Server.Settings;

namespace Postern.Server.Events;

/// <summary>One thing that happened, before it has a place in the order of all.</summary>
/// <param name="Id">Its own, for whoever gets it twice.</param>
/// <param name="Source">Such as postern.sessions.</param>
/// <param name="DetailType">Such as Session Started.</param>
/// <param name="Time">When.</param>
/// <param name="Subject">The session or node whose events a target gets in order; empty: of nothing in particular.</param>
/// <param name="Resources">ARNs.</param>
/// <param name="Detail">A JSON object.</param>
internal sealed record HappenedEvent(string Id, string Source, string DetailType, DateTimeOffset Time, string Subject, IReadOnlyList<string> Resources, string Detail)
{
    /// <summary>In EventBridge's envelope.</summary>
    public string ToJson(ServerOptions options) => Json.Write(json =>
    {
        json.WriteString("version", "0");
        json.WriteString("id", Id);
        json.WriteString("detail-type", DetailType);
        json.WriteString("source", Source);
        json.WriteString("account", options.Account);
        json.WriteString("time", Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteString("region", options.Region);
        json.WriteStartArray("resources");
        foreach (var resource in Resources)
            json.WriteStringValue(resource);
        json.WriteEndArray();
        json.WritePropertyName("detail");
        json.WriteRawValue(Detail);
    });
}

/// <summary>Small JSON objects.</summary>
internal static class Json
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The text of a member, however deep; null when it is not there.</summary>
    public static string? Text(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
    }
}
