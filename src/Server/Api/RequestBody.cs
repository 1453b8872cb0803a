using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Postern.Protocol.AwsJson;
using Postern.Server.Audit;

namespace Postern.Server.Api;

/// <summary>Reads a JSON request; what is wrong with it becomes a SerializationException that names the member.</summary>
internal static class RequestBody
{
    public static TRequest Parse<TRequest>(ReadOnlyMemory<byte> body, JsonTypeInfo<TRequest> shape)
    {
        var json = body.IsEmpty ? "{}"u8 : body.Span; // an operation without members may be called without a body
        TRequest? request;
        try
        {
            request = JsonSerializer.Deserialize(json, shape);
        }
        catch (JsonException e)
        {
            throw new AwsErrorException("SerializationException", Describe(e));
        }
        RefuseAmbiguous(json);
        return request ?? throw new AwsErrorException("SerializationException", "The request body must be a JSON object, not null.");
    }

    // What is carried out must be what is recorded: members given twice, texts that are none and endless nesting are read by some and not by others,
    // also in members that the operation passes over. Databases take no text with a NUL.
    private static void RefuseAmbiguous(ReadOnlySpan<byte> json)
    {
        var open = new Stack<HashSet<string>?>();
        try
        {
            if (!Utf8.IsValid(json))
                throw Ambiguous("it is not UTF-8");
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = RecordedFields.MaxDepth });
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                    open.Push(reader.TokenType == JsonTokenType.StartObject ? new(StringComparer.OrdinalIgnoreCase) : null);
                else if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
                    open.Pop();
                else if (reader.TokenType == JsonTokenType.PropertyName && !open.Peek()!.Add(reader.GetString()!))
                    throw Ambiguous("a name is given twice");
                if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String && reader.ValueIsEscaped && reader.GetString()!.Contains('\0'))
                    throw Ambiguous("a text has the character U+0000");
            }
        }
        catch (JsonException)
        {
            throw Ambiguous($"it is nested more than {RecordedFields.MaxDepth} deep");
        }
        catch (InvalidOperationException)
        {
            throw Ambiguous("a text has half of a surrogate pair");
        }
    }

    private static AwsErrorException Ambiguous(string fault) => new("SerializationException", $"The request body cannot be read in one way only: {fault}.");

    // The serializer wraps a syntax error of the reader in a JsonException of its own; a wrong type has no such inner exception.
    private static string Describe(JsonException e)
    {
        if (e.InnerException is JsonException)
            return $"The request body is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}).";
        var member = e.Path is null or "$" ? null : e.Path.StartsWith("$.", StringComparison.Ordinal) ? e.Path[2..] : e.Path;
        return member is null
            ? "The request body must be a JSON object with all required members."
            : $"The value of {member} has the wrong type.";
    }
}
