using System.Globalization;
using System.Text.Json;

namespace Postern.Server.Events.Inputs;

/// <summary>
/// A path into an event, as InputPath and InputPathsMap have them: $.detail.user, $.resources[0], $.detail['odd name'], $.detail.list[*].name.
/// </summary>
internal sealed class EventPath
{
    public const int MaxLength = 256;
    private readonly List<Step> _steps = [];

    private EventPath()
    {
    }

    /// <summary>A name, or a place in an array; neither: all of an array.</summary>
    private readonly record struct Step(string? Name, int? Index);

    /// <summary>Null: not a path.</summary>
    public static EventPath? Parse(string text)
    {
        if (text.Length is 0 or > MaxLength || text[0] != '$')
            return null;
        var path = new EventPath();
        for (var at = 1; at < text.Length;)
        {
            var end = text[at] == '.' ? path.Member(text, at + 1) : text[at] == '[' ? path.Bracket(text, at + 1) : -1;
            if (end < 0)
                return null;
            at = end;
        }
        return path;
    }

    /// <summary>What stands there as JSON text; null when nothing does.</summary>
    public string? Find(JsonElement root)
    {
        var found = new List<JsonElement> { root };
        var many = false;
        foreach (var step in _steps)
        {
            found = [.. found.SelectMany(element => Next(element, step))];
            many |= step is { Name: null, Index: null };
        }
        return many ? $"[{string.Join(',', found.Select(element => element.GetRawText()))}]" : found.Count == 0 ? null : found[0].GetRawText();
    }

    private int Member(string text, int start)
    {
        var end = text.IndexOfAny(['.', '['], start);
        if (end < 0)
            end = text.Length;
        if (end == start)
            return -1;
        _steps.Add(new Step(text[start..end], null));
        return end;
    }

    private int Bracket(string text, int start)
    {
        var quote = start < text.Length && text[start] is '\'' or '"';
        var end = quote ? text.IndexOf($"{text[start]}]", start + 1, StringComparison.Ordinal) : text.IndexOf(']', start);
        if (end < 0)
            return -1;
        var inside = quote ? text[(start + 1)..end] : text[start..end];
        if (quote)
            _steps.Add(new Step(inside, null));
        else if (inside == "*")
            _steps.Add(default);
        else if (int.TryParse(inside, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            _steps.Add(new Step(null, index));
        else
            return -1;
        return end + (quote ? 2 : 1);
    }

    private static IEnumerable<JsonElement> Next(JsonElement element, Step step) => step switch
    {
        { Name: { } name } => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? [member] : [],
        { Index: { } index } => element.ValueKind == JsonValueKind.Array && index < element.GetArrayLength() ? [element[index]] : [],
        _ => element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [],
    };
}
