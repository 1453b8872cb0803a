using System.Text.Json;
using Postern.Cli.Output;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

/// <summary>Reads a file of cases; what is unknown in it is refused, since a misspelt word would test something else.</summary>
internal static class PolicyCasesFile
{
    public const int MaxLength = 4 * 1024 * 1024;
    private const int MaxCases = 10_000;

    /// <exception cref="CommandException">The file, the case and what is wrong in it.</exception>
    public static List<PolicyTest> Parse(string path, string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 16 });
            var root = document.RootElement;
            Known(path, root, "the file", "context", "cases");
            var shared = Context(path, root);
            if (!root.TryGetProperty("cases", out var cases) || cases.ValueKind != JsonValueKind.Array || cases.GetArrayLength() is 0 or > MaxCases)
                throw Wrong(path, $"\"cases\" must be a list of 1 to {MaxCases} cases");
            var number = 0;
            return [.. cases.EnumerateArray().Select(one => Read(path, one, ++number, shared))];
        }
        catch (JsonException fault)
        {
            throw Wrong(path, $"not valid JSON: {fault.Message}");
        }
    }

    private static PolicyTest Read(string path, JsonElement one, int number, Dictionary<string, IReadOnlyList<string>> shared)
    {
        var place = $"case {number}";
        Known(path, one, place, "name", "action", "resource", "context", "expect", "statement");
        var name = Text(path, one, place, "name") ?? place;
        var action = Text(path, one, place, "action") ?? throw Wrong(path, $"{place} has no \"action\"");
        var expected = Text(path, one, place, "expect") switch
        {
            "allowed" => true,
            "denied" => false,
            _ => throw Wrong(path, $"\"expect\" of {place} must be allowed or denied"),
        };
        var context = new Dictionary<string, IReadOnlyList<string>>(shared, StringComparer.OrdinalIgnoreCase);
        foreach (var (key, values) in Context(path, one))
            context[key] = values;
        var resources = one.TryGetProperty("resource", out var resource) ? Values(path, place, "resource", resource) : null;
        return new PolicyTest(name, [new PolicyCase { Action = action, Resources = resources, Context = context }], expected, Text(path, one, place, "statement"));
    }

    private static Dictionary<string, IReadOnlyList<string>> Context(string path, JsonElement owner)
    {
        var context = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        if (!owner.TryGetProperty("context", out var given))
            return context;
        if (given.ValueKind != JsonValueKind.Object)
            throw Wrong(path, "\"context\" must be an object of condition keys");
        foreach (var key in given.EnumerateObject())
            if (!context.TryAdd(key.Name, Values(path, "context", key.Name, key.Value)))
                throw Wrong(path, $"the key {key.Name} stands twice in a context, in different case");
        return context;
    }

    private static IReadOnlyList<string> Values(string path, string place, string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => [value.GetRawText()],
        JsonValueKind.Array => [.. value.EnumerateArray().SelectMany(item => item.ValueKind != JsonValueKind.Array ? Values(path, place, name, item) : throw Wrong(path, $"\"{name}\" of {place} has a list in a list"))],
        _ => throw Wrong(path, $"\"{name}\" of {place} must be a text, number, Boolean or a list of them"),
    };

    private static string? Text(string path, JsonElement owner, string place, string name)
        => !owner.TryGetProperty(name, out var value) ? null
            : value.ValueKind is JsonValueKind.String or JsonValueKind.Number ? value.ToString()
            : throw Wrong(path, $"\"{name}\" of {place} must be a text");

    private static void Known(string path, JsonElement element, string place, params string[] names)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw Wrong(path, $"{place} must be an object");
        foreach (var member in element.EnumerateObject())
            if (!names.Contains(member.Name))
                throw Wrong(path, $"{place} has \"{member.Name}\"; it may have {string.Join(", ", names)}");
    }

    private static CommandException Wrong(string path, string what) => new($"{path}: {what}.", ExitCodes.Usage);
}
