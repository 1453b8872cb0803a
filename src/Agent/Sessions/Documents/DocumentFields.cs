using System.Text.Json;

namespace Postern.Agent.Sessions.Documents;

/// <summary>Members of one object of a document. What is missing reads as empty; what has a wrong type is named.</summary>
internal readonly struct DocumentFields(JsonElement parent, string path)
{
    /// <summary>A text; numbers are taken as they are written.</summary>
    public string Text(string name) => Find(name) switch
    {
        { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => "",
        { ValueKind: JsonValueKind.String } value => value.GetString()!,
        { ValueKind: JsonValueKind.Number } value => value.GetRawText(),
        var value => throw Wrong(name, "a string", value),
    };

    /// <summary>true, false, or one of them as a text.</summary>
    public bool Flag(string name) => Find(name) switch
    {
        { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.String } value => value.GetString() switch
        {
            "" or "0" or "f" or "F" or "false" or "False" or "FALSE" => false,
            "1" or "t" or "T" or "true" or "True" or "TRUE" => true,
            _ => throw Wrong(name, "true or false", value),
        },
        var value => throw Wrong(name, "true or false", value),
    };

    public DocumentFields Object(string name)
    {
        var value = Find(name);
        if (value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined or JsonValueKind.Null))
            throw Wrong(name, "an object", value);
        return new DocumentFields(value, $"{path}{name}.");
    }

    private JsonElement Find(string name)
        => parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value : default;

    private SessionFailedException Wrong(string name, string expected, JsonElement found)
        => new($"The session document is not valid: {path}{name} must be {expected}, not {Kind(found)}.");

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.Number => "a number",
        JsonValueKind.String => "this text",
        _ => "true or false",
    };
}
