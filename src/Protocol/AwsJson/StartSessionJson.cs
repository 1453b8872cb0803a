using System.Buffers;
using System.Text.Json;

namespace Postern.Protocol.AwsJson;

/// <summary>The shapes of StartSession by hand: they are on the way from start to an open port, where a serializer costs more than the rest.</summary>
public static class StartSessionJson
{
    internal const string Operation = "StartSession";
    internal const string Target = SsmOperations.Prefix + Operation;

    public static ReadOnlyMemory<byte> Write(StartSessionRequest request)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        WriteText(json, nameof(request.Target), request.Target);
        WriteText(json, nameof(request.DocumentName), request.DocumentName);
        WriteText(json, nameof(request.Reason), request.Reason);
        if (request.Parameters is { } parameters)
        {
            json.WriteStartObject(nameof(request.Parameters));
            foreach (var (name, values) in parameters)
            {
                json.WriteStartArray(name);
                foreach (var value in values)
                    json.WriteStringValue(value);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>Members in any case, unknown ones skipped. Throws JsonException when it is no JSON object, or a member is no text.</summary>
    public static StartSessionResponse Read(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("It is not an object.");
        string? session = null, token = null, url = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Text(ref reader) ?? "";
            reader.Read();
            if (Is(name, nameof(StartSessionResponse.SessionId)))
                session = Value(ref reader, name);
            else if (Is(name, nameof(StartSessionResponse.TokenValue)))
                token = Value(ref reader, name);
            else if (Is(name, nameof(StartSessionResponse.StreamUrl)))
                url = Value(ref reader, name);
            else
                reader.Skip();
        }
        if (reader.Read())
            throw new JsonException("There is something behind the object.");
        return new StartSessionResponse { SessionId = session, TokenValue = token, StreamUrl = url };
    }

    private static bool Is(string name, string member) => name.Equals(member, StringComparison.OrdinalIgnoreCase);

    private static string? Value(ref Utf8JsonReader reader, string name) => reader.TokenType switch
    {
        JsonTokenType.String => Text(ref reader),
        JsonTokenType.Null => null,
        _ => throw new JsonException($"{name} is not a text."),
    };

    private static string? Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException(e.Message, e); // half a surrogate pair
        }
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }
}
