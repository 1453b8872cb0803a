using System.Buffers;
using System.Text;
using System.Text.Json;
using Postern.Protocol.Recordings;

namespace Postern.Server.Recordings;

/// <summary>
/// The parameters of a tunnel as the header of its recording has them, which is bounded: they stand there as a text inside of JSON, where many short texts take four times as many
/// bytes. Host and port are short; what is long is told by its length.
/// </summary>
internal static class RecordedParameters
{
    /// <summary>Bytes in the header; the other facts have as many.</summary>
    public const int MaxBytes = RecordingFormat.MaxFacts / 2;
    // Of one parameter; the second for when there are many.
    private const int MaxShown = 512, MaxShownOfMany = 128;

    /// <param name="parameters">JSON object.</param>
    public static string Of(string parameters)
    {
        if (BytesOf(parameters) <= MaxBytes)
            return parameters;
        using var whole = JsonDocument.Parse(parameters);
        foreach (var max in (ReadOnlySpan<int>)[MaxShown, MaxShownOfMany])
            if (Shortened(whole.RootElement, max) is var shortened && BytesOf(shortened) <= MaxBytes)
                return shortened;
        return "{}";
    }

    private static string Shortened(JsonElement parameters, int max)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var member in parameters.EnumerateObject())
            {
                var text = member.Value.GetRawText();
                json.WritePropertyName(member.Name);
                if (BytesOf(text) <= max)
                    member.Value.WriteTo(json);
                else
                    json.WriteStringValue($"({text.Length} characters)");
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static int BytesOf(string json) => JsonEncodedText.Encode(json).EncodedUtf8Bytes.Length;
}
