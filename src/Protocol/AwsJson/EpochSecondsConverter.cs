using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Postern.Protocol.AwsJson;

/// <summary>
/// Times of AWS JSON: written as a number of seconds since 1970 with milliseconds as the fraction; read as such a number or as ISO 8601 text,
/// which some clients send.
/// </summary>
internal sealed class EpochSecondsConverter : JsonConverter<DateTimeOffset>
{
    private const decimal MinSeconds = -62_135_596_800m; // year 1
    private const decimal MaxSeconds = 253_402_300_799m; // year 9999

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            if (!reader.TryGetDecimal(out var seconds) || seconds is < MinSeconds or > MaxSeconds)
                throw new JsonException("A time must be a number of seconds between the years 1 and 9999.");
            return DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
        }
        if (reader.TokenType == JsonTokenType.String
            && DateTimeOffset.TryParse(reader.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
            return time;
        throw new JsonException("A time must be a number of seconds since 1970, or ISO 8601 text.");
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        var milliseconds = value.ToUnixTimeMilliseconds();
        if (milliseconds % 1000 == 0) writer.WriteNumberValue(milliseconds / 1000);
        else writer.WriteNumberValue(milliseconds / 1000m);
    }
}
