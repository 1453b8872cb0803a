using System.Text.Json;
using System.Text.RegularExpressions;

namespace Postern.Server.Documents.Content;

/// <summary>Parameters inside the texts of a document, {{ name }}. Agents fill them in; names that are no parameter's they leave as they are.</summary>
internal static partial class Placeholders
{
    /// <summary>Every name that is referred to in a text below this element.</summary>
    /// <exception cref="Protocol.AwsJson.AwsErrorException">InvalidDocumentContent: one refers to no parameter, or to Parameter Store.</exception>
    public static void Check(JsonElement element, string path, IReadOnlyList<DocumentParameterRule> parameters)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                    Check(member.Value, $"{path}.{member.Name}", parameters);
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                    Check(item, path, parameters);
                break;
            case JsonValueKind.String:
                Check(element.GetString()!, path, parameters);
                break;
        }
    }

    /// <summary>Whether a text refers to Parameter Store, which agents would ask for and nobody here has.</summary>
    public static bool AsksParameterStore(string text) => text.Contains("{{", StringComparison.Ordinal) && ParameterStore.IsMatch(text);

    /// <summary>
    /// The text with the parameters' values, as agents make it: the value alone where the text is one placeholder; inside a longer text its
    /// text, in which $$ stands for $.
    /// </summary>
    public static string Fill(string text, JsonElement values)
    {
        var whole = Whole.Match(text);
        if (whole.Success && values.TryGetProperty(whole.Groups[1].Value, out var value))
            return TextOf(value);
        return Any.Replace(text, match => values.TryGetProperty(match.Groups[1].Value, out var inside) ? TextOf(inside).Replace("$$", "$", StringComparison.Ordinal) : match.Value);
    }

    private static void Check(string text, string path, IReadOnlyList<DocumentParameterRule> parameters)
    {
        if (AsksParameterStore(text))
            throw DocumentErrors.Content($"{path} refers to Parameter Store ({{{{ssm:…}}}}), which is not served here.");
        foreach (Match match in Any.Matches(text))
            if (parameters.All(parameter => parameter.Name != match.Groups[1].Value))
                throw DocumentErrors.Content($"{path} refers to the parameter {match.Groups[1].Value}, which parameters does not declare.");
    }

    private static string TextOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    [GeneratedRegex(@"\A\{\{\s*([a-zA-Z0-9]+)\s*\}\}\z")]
    private static partial Regex Whole { get; }

    [GeneratedRegex(@"\{\{\s*([a-zA-Z0-9]+)\s*\}\}")]
    private static partial Regex Any { get; }

    [GeneratedRegex(@"\{\{\s*ssm(-secure)?:")]
    private static partial Regex ParameterStore { get; }
}
