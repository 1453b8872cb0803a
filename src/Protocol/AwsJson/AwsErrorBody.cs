using System.Text.Json;

namespace Postern.Protocol.AwsJson;

/// <summary>Reads {"__type":"namespace#Code","message":text}; exceptions of some shapes write Message.</summary>
internal static class AwsErrorBody
{
    private const string UnknownCode = "UnknownError";

    public static AwsErrorException Parse(AwsAnswer answer, Uri endpoint)
    {
        var status = answer.Status;
        var (type, message) = ReadMembers(answer.Body);
        var code = CodeOf(type);
        return code.Length > 0
            ? new AwsErrorException(code, message ?? $"{endpoint} answered {code} without a message.", status)
            : new AwsErrorException(UnknownCode, $"{endpoint} answered {status} {answer.Reason} without an AWS error.", status);
    }

    private static (string? Type, string? Message) ReadMembers(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return default;
            return (Text(document.RootElement, "__type"), Text(document.RootElement, "message") ?? Text(document.RootElement, "Message"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter for a text with half a surrogate pair
        {
            return default; // a proxy's page, say: the status is all there is to tell
        }
    }

    // "com.amazonaws.ssm#TargetNotConnected", also with ":http://…" behind it.
    private static string CodeOf(string? type)
    {
        var code = type.AsSpan();
        if (code.IndexOf(':') is var colon and >= 0) code = code[..colon];
        if (code.LastIndexOf('#') is var hash and >= 0) code = code[(hash + 1)..];
        return code.Trim().ToString();
    }

    private static string? Text(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
