using System.Buffers;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Postern.Agent.Sessions.Documents;

/// <summary>
/// Puts parameters into a document. A string that is exactly <c>{{ name }}</c> becomes the value itself; inside a longer string the
/// name is replaced by the value's text, in which <c>$$</c> stands for <c>$</c>. Values are not searched again. Names the task does
/// not give are left as they are.
/// </summary>
internal sealed partial class ParameterSubstitution
{
    /// <summary>Most bytes a document may grow to; a few parameters inside parameters of a small document could fill memory otherwise.</summary>
    public const int SizeLimit = 1024 * 1024;

    private readonly Dictionary<string, JsonElement> _values = new(StringComparer.Ordinal);

    /// <param name="declared">The document's <c>parameters</c>: their defaults count where the task gives no value.</param>
    /// <param name="given">The task's <c>Parameters</c>.</param>
    public ParameterSubstitution(JsonElement declared, JsonElement given)
    {
        if (declared.ValueKind == JsonValueKind.Object)
            foreach (var parameter in declared.EnumerateObject())
                if (parameter.Value.ValueKind == JsonValueKind.Object && parameter.Value.TryGetProperty("default", out var value))
                    Add(parameter.Name, value);
        if (given.ValueKind == JsonValueKind.Object)
            foreach (var parameter in given.EnumerateObject())
                Add(parameter.Name, parameter.Value);
    }

    /// <summary>The document with every parameter in its place.</summary>
    public JsonElement Apply(JsonElement document)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            Write(document, writer, buffer);
        return JsonElement.Parse(buffer.WrittenSpan);
    }

    private void Add(string name, JsonElement value)
    {
        if (NamePattern.IsMatch(name))
            _values[name] = value;
    }

    private void Write(JsonElement element, Utf8JsonWriter writer, ArrayBufferWriter<byte> buffer)
    {
        if (buffer.WrittenCount + writer.BytesPending > SizeLimit)
            throw new SessionFailedException($"The document is larger than {SizeLimit} bytes once its parameters are filled in.");
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    Write(member.Value, writer, buffer);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    Write(item, writer, buffer);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                WriteText(element.GetString()!, writer);
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    private void WriteText(string text, Utf8JsonWriter writer)
    {
        var whole = WholePattern.Match(text);
        if (whole.Success && _values.TryGetValue(whole.Groups[1].Value, out var value))
            value.WriteTo(writer);
        else
            writer.WriteStringValue(PlaceholderPattern.Replace(text, match =>
                _values.TryGetValue(match.Groups[1].Value, out var inside) ? TextOf(inside) : match.Value));
    }

    private static string TextOf(JsonElement value)
        => (value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText()).Replace("$$", "$", StringComparison.Ordinal);

    [GeneratedRegex("^[a-zA-Z0-9]+$")]
    private static partial Regex NamePattern { get; }

    [GeneratedRegex(@"^\{\{\s*([a-zA-Z0-9]+)\s*\}\}\z")]
    private static partial Regex WholePattern { get; }

    [GeneratedRegex(@"\{\{\s*([a-zA-Z0-9]+)\s*\}\}")]
    private static partial Regex PlaceholderPattern { get; }
}
