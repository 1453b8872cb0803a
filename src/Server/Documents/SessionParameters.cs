using System.Buffers;
using System.Text.Json;
using Postern.Protocol.AwsJson;
using Postern.Server.Documents.Content;

namespace Postern.Server.Documents;

/// <summary>
/// Turns the parameters of StartSession (a list of texts each) into what agents take: a text for String, a list for StringList, never
/// anything else, or the agent drops the session without a word.
/// </summary>
internal static class SessionParameters
{
    /// <summary>JSON bytes of all parameters. Quoted twice on its way to the node, it must still fit into one control message.</summary>
    public const int MaxBytes = 32 * 1024;

    /// <summary>How much of a value an error shows.</summary>
    private const int ShownCharacters = 80;

    /// <exception cref="AwsErrorException">InvalidParameters.</exception>
    public static JsonElement Resolve(SessionDocument document, IReadOnlyDictionary<string, IReadOnlyList<string>>? given)
    {
        given ??= new Dictionary<string, IReadOnlyList<string>>();
        RefuseUnknown(document, given);
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var rule in document.Parameters)
            {
                json.WritePropertyName(rule.Name);
                if (given.TryGetValue(rule.Name, out var values)) Write(json, document, rule, values ?? throw Invalid(document, rule, "must not be null"));
                else if (rule.Default is { } value) value.WriteTo(json);
                else throw Invalid(document, rule, "is required");
            }
            json.WriteEndObject();
        }
        if (buffer.WrittenCount > MaxBytes)
            throw new AwsErrorException("InvalidParameters", $"The parameters for document {document.Name} are too long: {buffer.WrittenCount} bytes as JSON, at most {MaxBytes} are allowed.");
        using var parsed = JsonDocument.Parse(buffer.WrittenMemory);
        return parsed.RootElement.Clone();
    }

    private static void RefuseUnknown(SessionDocument document, IReadOnlyDictionary<string, IReadOnlyList<string>> given)
    {
        foreach (var name in given.Keys)
        {
            if (document.Parameters.Any(rule => rule.Name == name)) continue;
            var known = document.Parameters.Count == 0 ? "It takes none." : $"It takes: {string.Join(", ", document.Parameters.Select(rule => rule.Name))}.";
            throw new AwsErrorException("InvalidParameters", $"Document {document.Name} has no parameter \"{Shown(name)}\". {known}");
        }
    }

    private static void Write(Utf8JsonWriter json, SessionDocument document, DocumentParameterRule rule, IReadOnlyList<string> values)
    {
        if (rule.CountFault(values.Count) is { } countFault) throw Invalid(document, rule, countFault);
        if (rule.IsList) json.WriteStartArray();
        foreach (var value in values)
        {
            if (value is null) throw Invalid(document, rule, "must not be null");
            // Checked before the writer takes memory for it.
            if (value.Length > MaxBytes) throw Invalid(document, rule, $"has {value.Length} characters; all parameters together may take {MaxBytes} bytes");
            if (rule.Fault(value) is { } fault) throw Invalid(document, rule, $"{fault}. It is \"{Shown(value)}\"");
            json.WriteStringValue(value);
        }
        if (rule.IsList) json.WriteEndArray();
    }

    private static AwsErrorException Invalid(SessionDocument document, DocumentParameterRule rule, string fault)
        => new("InvalidParameters", $"Parameter {rule.Name} of document {document.Name} {fault}.");

    private static string Shown(string value)
    {
        var shown = value.Length > ShownCharacters ? value[..ShownCharacters] + "…" : value;
        return string.Create(shown.Length, shown, (span, text) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = char.IsControl(text[i]) ? '?' : text[i];
        });
    }
}
