using System.Buffers;
using System.Text;
using System.Text.Json;
using Postern.Server.Iam;

namespace Postern.Server.Api;

/// <summary>What a call touched, as its entry in the audit log holds it: enough to ask another policy the same question later.</summary>
internal static class RecordedTouches
{
    private const int MaxTouched = 16, MaxKeys = 64, MaxValues = 16, MaxText = 512;

    /// <summary>A JSON array of objects with action, names and keys; null when the call touched no resource in particular and no key was added.</summary>
    public static string? Of(string action, IReadOnlyList<Touched> touched)
    {
        if (touched.All(one => one.Names[0] == "*" && one.Keys.Count == 0))
            return null;
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var one in touched.Take(MaxTouched))
                Write(json, action, one);
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, string action, Touched touched)
    {
        json.WriteStartObject();
        json.WriteString("action", touched.Action ?? action);
        json.WriteStartArray("names");
        foreach (var name in touched.Names)
            json.WriteStringValue(ForeignText.Show(name, MaxText));
        json.WriteEndArray();
        if (touched.Keys.Count > 0)
        {
            json.WriteStartObject("keys");
            foreach (var key in touched.Keys.DistinctBy(key => key.Name).Take(MaxKeys))
            {
                json.WriteStartArray(ForeignText.Show(key.Name, MaxText));
                foreach (var value in key.Values.Take(MaxValues))
                    json.WriteStringValue(ForeignText.Show(value, MaxText));
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}
