using System.Text.Json;

namespace Postern.Server.Documents.Content;

/// <summary>One parameter of a document and what its values must be. Agents check nothing of this and put the values into shell lines.</summary>
internal sealed record DocumentParameterRule
{
    private static readonly string[] Members =
        ["type", "description", "default", "allowedValues", "allowedPattern", "minChars", "maxChars", "minItems", "maxItems", "displayType"];

    public required string Name { get; init; }
    public required bool IsList { get; init; }
    public string Description { get; init; } = "";
    /// <summary>A text, or a list of texts.</summary>
    public JsonElement? Default { get; init; }
    public IReadOnlyList<string> AllowedValues { get; init; } = [];
    public AllowedPattern? Pattern { get; init; }
    public int? MinChars { get; init; }
    public int? MaxChars { get; init; }
    public int? MinItems { get; init; }
    public int? MaxItems { get; init; }

    public string Type => IsList ? "StringList" : "String";

    /// <exception cref="Protocol.AwsJson.AwsErrorException">InvalidDocumentContent.</exception>
    public static DocumentParameterRule Parse(JsonProperty member)
    {
        // Agents drop parameters with other names, and the placeholder would reach the shell.
        if (member.Name.Length is 0 or > 128 || !member.Name.All(char.IsAsciiLetterOrDigit))
            throw DocumentErrors.Content($"parameters has the name \"{new string([.. member.Name.Take(100).Select(c => char.IsControl(c) ? '?' : c)])}\"; names consist of 1 to 128 letters and digits.");
        var fields = new ContentMembers(member.Value, $"parameters.{member.Name}", Members);
        var type = fields.Text("type");
        if (type is not ("String" or "StringList"))
            throw fields.Wrong("type", "must be String or StringList");
        var rule = new DocumentParameterRule
        {
            Name = member.Name,
            IsList = type == "StringList",
            Description = fields.Text("description") ?? "",
            Default = fields.Has("default") ? fields.Find("default").Clone() : null,
            AllowedValues = fields.Texts("allowedValues") ?? [],
            Pattern = Compile(fields),
            MinChars = fields.Number("minChars"),
            MaxChars = fields.Number("maxChars"),
            MinItems = fields.Number("minItems"),
            MaxItems = fields.Number("maxItems"),
        };
        if (fields.Has("allowedValues") && rule.AllowedValues.Count == 0)
            throw fields.Wrong("allowedValues", "must not be empty: no value would be allowed");
        _ = fields.Text("displayType");
        if (rule.DefaultFault() is { } fault)
            throw fields.Wrong("default", fault);
        return rule;
    }

    /// <summary>What is wrong with a value, in words that follow its name; null when nothing is.</summary>
    public string? Fault(string value)
    {
        if (value.Contains('\0')) return "contains a NUL character";
        if (value.Length < MinChars) return $"has {value.Length} characters; at least {MinChars} are needed";
        if (value.Length > MaxChars) return $"has {value.Length} characters; at most {MaxChars} are allowed";
        if (AllowedValues.Count > 0 && !AllowedValues.Contains(value, StringComparer.Ordinal)) return $"must be one of: {string.Join(", ", AllowedValues)}";
        if (Pattern?.IsMatch(value) == false) return $"must match the pattern {Pattern.Text}";
        if (Placeholders.AsksParameterStore(value)) return "refers to Parameter Store ({{ssm:…}}), which is not served here";
        return null;
    }

    /// <summary>As <see cref="Fault"/>, for the number of values of a list.</summary>
    public string? CountFault(int count)
    {
        if (!IsList && count != 1) return $"takes exactly one value, not {count}";
        if (count < MinItems) return $"needs at least {MinItems} values, not {count}";
        if (count > MaxItems) return $"takes at most {MaxItems} values, not {count}";
        return null;
    }

    /// <summary>What agents need of it; the rules are not for them.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject(Name);
        json.WriteString("type", Type);
        json.WriteString("description", Description);
        if (Default is { } value)
        {
            json.WritePropertyName("default");
            value.WriteTo(json);
        }
        json.WriteEndObject();
    }

    // An empty text stands for "not given", whatever the rules for given ones are.
    private string? DefaultFault()
    {
        if (Default is not { } value)
            return null;
        if (!IsList)
            return value.ValueKind != JsonValueKind.String ? "must be a text" : value.GetString() is { Length: > 0 } text ? Fault(text) : null;
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
            return "must be a list of texts";
        return CountFault(value.GetArrayLength()) ?? value.EnumerateArray().Select(item => Fault(item.GetString()!)).FirstOrDefault(fault => fault is not null);
    }

    private static AllowedPattern? Compile(ContentMembers fields)
    {
        if (fields.Text("allowedPattern") is not { } pattern)
            return null;
        try
        {
            return new AllowedPattern(pattern);
        }
        catch (FormatException e)
        {
            throw fields.Wrong("allowedPattern", e.Message);
        }
    }
}
