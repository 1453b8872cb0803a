using System.Text.Json;
using System.Text.RegularExpressions;

namespace Postern.Server.Documents;

/// <summary>One parameter of a document and what its values must be. Agents check nothing of this and put the values into shell lines.</summary>
internal sealed record DocumentParameterRule
{
    public required string Name { get; init; }
    public required bool IsList { get; init; }
    public string Description { get; init; } = "";
    public JsonElement? Default { get; init; }
    public IReadOnlyList<string> AllowedValues { get; init; } = [];
    /// <summary>As the document writes it.</summary>
    public string? AllowedPattern { get; init; }
    public int? MinChars { get; init; }
    public int? MaxChars { get; init; }
    public int? MinItems { get; init; }
    public int? MaxItems { get; init; }

    /// <summary>Matches whole values only, in time linear in their length.</summary>
    private Regex? Pattern { get; init; }

    public string Type => IsList ? "StringList" : "String";

    public static DocumentParameterRule Parse(string document, JsonProperty member)
    {
        var rule = member.Value;
        // Agents drop parameters with other names, and the placeholder would reach the shell.
        if (member.Name.Length == 0 || !member.Name.All(char.IsAsciiLetterOrDigit))
            throw new FormatException($"Document {document}: parameter name \"{member.Name}\" must consist of letters and digits.");
        var type = Text(rule, "type");
        if (type is not ("String" or "StringList"))
            throw new FormatException($"Document {document}: parameter {member.Name} must be of type String or StringList.");
        var pattern = Text(rule, "allowedPattern");
        return new DocumentParameterRule
        {
            Name = member.Name,
            IsList = type == "StringList",
            Description = Text(rule, "description") ?? "",
            Default = rule.TryGetProperty("default", out var value) ? value.Clone() : null,
            AllowedValues = rule.TryGetProperty("allowedValues", out var allowed) ? [.. allowed.EnumerateArray().Select(item => item.GetString() ?? "")] : [],
            AllowedPattern = pattern,
            Pattern = pattern is null ? null : Compile(document, member.Name, pattern),
            MinChars = Number(rule, "minChars"),
            MaxChars = Number(rule, "maxChars"),
            MinItems = Number(rule, "minItems"),
            MaxItems = Number(rule, "maxItems"),
        };
    }

    /// <summary>What is wrong with a value, in words that follow its name; null when nothing is.</summary>
    public string? Fault(string value)
    {
        if (value.Contains('\0')) return "contains a NUL character";
        if (value.Length < MinChars) return $"has {value.Length} characters; at least {MinChars} are needed";
        if (value.Length > MaxChars) return $"has {value.Length} characters; at most {MaxChars} are allowed";
        if (AllowedValues.Count > 0 && !AllowedValues.Contains(value, StringComparer.Ordinal)) return $"must be one of: {string.Join(", ", AllowedValues)}";
        if (Pattern?.IsMatch(value) == false) return $"must match the pattern {AllowedPattern}";
        return null;
    }

    // \A and \z: a lone $ would let a value end in a line break, and a shell would read two lines.
    private static Regex Compile(string document, string name, string pattern)
    {
        try
        {
            return new Regex($@"\A(?:{pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"Document {document}: the allowedPattern of parameter {name} cannot be used: {e.Message}", e);
        }
    }

    private static string? Text(JsonElement rule, string member)
        => rule.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int? Number(JsonElement rule, string member)
        => rule.TryGetProperty(member, out var value) && value.TryGetInt32(out var number) ? number : null;
}
