using System.Text;
using System.Text.Json;

namespace Postern.Server.Iam.Policies.Reading;

/// <summary>
/// Reads JSON as strictly as it is defined: no comments, no trailing commas, no byte order mark, and no name twice in an object, because
/// the reader that lets one of two win would decide which statement counts.
/// </summary>
internal static class JsonTree
{
    private const int ShownLength = 64;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="PolicyException">The text is no JSON, too long or too deep.</exception>
    public static JsonElementAt Read(string json)
    {
        if (json.Length > PolicyLimits.DocumentLength)
            throw new PolicyException($"the document has {json.Length} characters, the most allowed is {PolicyLimits.DocumentLength}", "", 1, 1);
        byte[] utf8;
        try
        {
            utf8 = Strict.GetBytes(json);
        }
        catch (EncoderFallbackException fault)
        {
            throw new PolicyException($"character {fault.Index + 1} is half of a surrogate pair and no character", "", 1, 1);
        }
        var position = new JsonPosition(utf8);
        if (string.IsNullOrWhiteSpace(json))
            throw position.Fault("the document is empty", "", 0);
        if (json.StartsWith('\uFEFF'))
            throw position.Fault("the document starts with a byte order mark; save it without", "", 0);
        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = PolicyLimits.Depth });
            reader.Read();
            var root = Value(ref reader, "", position);
            reader.Read(); // anything behind the document is an error of its own
            return root;
        }
        catch (JsonException fault)
        {
            throw position.Fault($"not valid JSON: {Words(fault)}", "", position.Offset(fault.LineNumber ?? 0, fault.BytePositionInLine ?? 0));
        }
    }

    private static JsonElementAt Value(ref Utf8JsonReader reader, string path, JsonPosition position)
    {
        var at = reader.TokenStartIndex;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return Object(ref reader, path, position);
            case JsonTokenType.StartArray:
                var list = new JsonElementAt(JsonShape.List, path, at, position);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    list.Items.Add(Value(ref reader, $"{path}[{list.Items.Count}]", position));
                return list;
            case JsonTokenType.String:
                return new(JsonShape.String, path, at, position) { Text = String(ref reader, path, position) };
            case JsonTokenType.Number:
                return new(JsonShape.Number, path, at, position) { Text = Encoding.ASCII.GetString(reader.ValueSpan) };
            case JsonTokenType.True or JsonTokenType.False:
                return new(JsonShape.Boolean, path, at, position) { Text = reader.TokenType == JsonTokenType.True ? "true" : "false" };
            default:
                return new(JsonShape.Null, path, at, position);
        }
    }

    private static JsonElementAt Object(ref Utf8JsonReader reader, string path, JsonPosition position)
    {
        var result = new JsonElementAt(JsonShape.Object, path, reader.TokenStartIndex, position);
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var at = reader.TokenStartIndex;
            var name = String(ref reader, path, position);
            var inner = Inner(path, name);
            if (!names.Add(name))
                throw position.Fault($"\"{Shown(name)}\" stands here twice; one object has every name once", inner, at);
            reader.Read();
            result.Members.Add(new(name, Value(ref reader, inner, position), at, position));
        }
        result.End = reader.TokenStartIndex + 1;
        return result;
    }

    private static string String(ref Utf8JsonReader reader, string path, JsonPosition position)
    {
        string? text;
        try
        {
            text = reader.GetString();
        }
        catch (InvalidOperationException)
        {
            throw position.Fault("the string has an escape that is half of a surrogate pair and no character", path, reader.TokenStartIndex);
        }
        return text!.AsSpan().IndexOfAnyInRange('\uFFFE', '\uFFFF') < 0 ? text!
            : throw position.Fault("the string has U+FFFE or U+FFFF, which are no characters", path, reader.TokenStartIndex);
    }

    /// <summary>A name as part of a path; strange ones in brackets, long ones cut.</summary>
    private static string Inner(string path, string name)
        => name.Length is > 0 and <= ShownLength && name.All(char.IsAsciiLetterOrDigit) ? path.Length == 0 ? name : $"{path}.{name}" : $"{path}[\"{Shown(name)}\"]";

    internal static string Shown(string text)
    {
        var cut = text.Length > ShownLength ? text[..ShownLength] + "..." : text;
        return string.Create(cut.Length, cut, static (span, from) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = char.IsControl(from[i]) || char.IsSurrogate(from[i]) ? '?' : from[i];
        });
    }

    private static string Words(JsonException fault)
    {
        var text = fault.Message;
        foreach (var tail in (ReadOnlySpan<string>)[" LineNumber:", " Change the reader options."])
            if (text.IndexOf(tail, StringComparison.Ordinal) is var cut and > 0)
                text = text[..cut];
        return text.TrimEnd('.');
    }
}
