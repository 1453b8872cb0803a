using System.Globalization;
using System.Text.Json;

namespace Postern.Server.Documents.Content;

/// <summary>
/// The members of one object of a document. Names that nobody knows are refused, and so are those that differ from a known one in case
/// only: agents read names in any case, and a restriction that is spelt wrong would be none.
/// </summary>
internal readonly struct ContentMembers
{
    private readonly JsonElement _object;
    private readonly string _path;

    /// <param name="value">Where the members are; one that is absent has none.</param>
    /// <param name="path">For errors: inputs, parameters.host.</param>
    /// <param name="known">All names there may be.</param>
    /// <exception cref="Protocol.AwsJson.AwsErrorException">InvalidDocumentContent.</exception>
    public ContentMembers(JsonElement value, string path, IReadOnlyList<string> known)
    {
        _object = value;
        _path = path;
        if (value.ValueKind == JsonValueKind.Undefined)
            return;
        if (value.ValueKind != JsonValueKind.Object)
            throw DocumentErrors.Content($"{path} must be an object, not {KindOf(value)}.");
        foreach (var member in value.EnumerateObject())
            if (!known.Contains(member.Name, StringComparer.Ordinal))
                throw DocumentErrors.Content(known.FirstOrDefault(name => name.Equals(member.Name, StringComparison.OrdinalIgnoreCase)) is { } meant
                    ? $"{At(member.Name)} must be written {meant}."
                    : $"{At(member.Name)} is not known. {(path.Length == 0 ? "A Session document" : path)} may have: {string.Join(", ", known)}.");
    }

    public bool Has(string name) => _object.ValueKind == JsonValueKind.Object && _object.TryGetProperty(name, out _);

    public JsonElement Find(string name) => _object.ValueKind == JsonValueKind.Object && _object.TryGetProperty(name, out var value) ? value : default;

    /// <summary>Null when it is absent.</summary>
    public string? Text(string name) => Find(name) switch
    {
        { ValueKind: JsonValueKind.Undefined } => null,
        { ValueKind: JsonValueKind.String } value => value.GetString()!.Contains('\0') ? throw Wrong(name, "must not contain a NUL character") : value.GetString(),
        var value => throw Wrong(name, $"must be a text, not {KindOf(value)}"),
    };

    /// <summary>A text that holds for every session as it is written: the person who starts one cannot put a parameter into it.</summary>
    public string? FixedText(string name)
        => Text(name) is { } text && text.Contains("{{", StringComparison.Ordinal) ? throw Wrong(name, "may not contain parameters") : Text(name);

    /// <summary>true, false, one of them as a text, or an empty text, which is none.</summary>
    public bool? Flag(string name) => Find(name) switch
    {
        { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.String } value => value.GetString() switch
        {
            "" => null,
            "true" or "True" or "TRUE" => true,
            "false" or "False" or "FALSE" => false,
            _ => throw Wrong(name, "must be true or false"),
        },
        _ => throw Wrong(name, "must be true or false"),
    };

    /// <summary>A number that is not negative.</summary>
    public int? Number(string name) => Find(name) switch
    {
        { ValueKind: JsonValueKind.Undefined } => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out var number) && number >= 0 => number,
        { ValueKind: JsonValueKind.String } value when int.TryParse(value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw Wrong(name, "must be a whole number that is not negative"),
    };

    /// <summary>Minutes as a text; an empty one is none.</summary>
    public int? Minutes(string name, int least, int most)
    {
        if (Find(name) is not { ValueKind: not JsonValueKind.Undefined } value || value is { ValueKind: JsonValueKind.String } && value.GetString()!.Length == 0)
            return null;
        return value.ValueKind == JsonValueKind.String && int.TryParse(value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
            && minutes >= least && minutes <= most
            ? minutes
            : throw Wrong(name, $"must be a number of minutes from {least} to {most}, written as a text, or an empty text");
    }

    /// <summary>A list of texts; null when it is absent.</summary>
    public IReadOnlyList<string>? Texts(string name) => Find(name) switch
    {
        { ValueKind: JsonValueKind.Undefined } => null,
        { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) => [.. list.EnumerateArray().Select(item => item.GetString()!)],
        _ => throw Wrong(name, "must be a list of texts"),
    };

    public Protocol.AwsJson.AwsErrorException Wrong(string name, string fault) => DocumentErrors.Content($"{At(name)} {fault}.");

    private string At(string name)
    {
        var shown = new string([.. name.Take(100).Select(c => char.IsControl(c) ? '?' : c)]);
        return _path.Length == 0 ? shown : $"{_path}.{shown}";
    }

    private static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.Number => "a number",
        JsonValueKind.String => "a text",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
