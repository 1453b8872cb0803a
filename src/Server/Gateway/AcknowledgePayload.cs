using System.Text.Json;

namespace Postern.Server.Gateway;

/// <summary>Reads the one member of an acknowledge message that matters, without taking memory.</summary>
internal static class AcknowledgePayload
{
    public static bool TryReadSequence(ReadOnlySpan<byte> json, out long sequence)
    {
        sequence = 0;
        var reader = new Utf8JsonReader(json);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var found = reader.ValueTextEquals("AcknowledgedMessageSequenceNumber"u8);
                if (!reader.Read())
                    return false;
                if (found)
                    return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out sequence) && sequence >= 0;
                reader.Skip();
            }
        }
        catch (JsonException)
        {
            return false; // garbage from a peer is counted by the caller
        }
        return false;
    }
}
