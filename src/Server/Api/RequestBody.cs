using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Postern.Protocol.AwsJson;

namespace Postern.Server.Api;

/// <summary>Reads a JSON request; what is wrong with it becomes a SerializationException that names the member.</summary>
internal static class RequestBody
{
    public static TRequest Parse<TRequest>(ReadOnlyMemory<byte> body, JsonTypeInfo<TRequest> shape)
    {
        var json = body.IsEmpty ? "{}"u8 : body.Span; // an operation without members may be called without a body
        try
        {
            return JsonSerializer.Deserialize(json, shape)
                ?? throw new AwsErrorException("SerializationException", "The request body must be a JSON object, not null.");
        }
        catch (JsonException e)
        {
            throw new AwsErrorException("SerializationException", Describe(e));
        }
    }

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
