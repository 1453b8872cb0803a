using System.Text;
using System.Text.Json;

namespace Postern.Server.Events.Inputs;

/// <summary>
/// InputTemplate: a text with &lt;names&gt;. Outside of quotes a name stands for the value as JSON; inside quotes for its text, escaped, so that no
/// value can end the quotes. A name whose path leads nowhere is null, or nothing inside quotes.
/// </summary>
internal sealed class InputTemplate
{
    /// <summary>Names that every template knows.</summary>
    public static readonly IReadOnlyList<string> Known =
        ["aws.events.rule-arn", "aws.events.rule-name", "aws.events.event.ingestion-time", "aws.events.event", "aws.events.event.json"];

    private static readonly JsonEncodedText Empty = JsonEncodedText.Encode("");
    private readonly List<Piece> _pieces = [];

    private readonly record struct Piece(string Text, string? Name, bool Quoted);

    /// <param name="text">The template.</param>
    /// <param name="names">Of the InputPathsMap.</param>
    /// <exception cref="FormatException">Its message says what is wrong.</exception>
    public static InputTemplate Parse(string text, IEnumerable<string> names)
    {
        var known = names.Concat(Known).ToHashSet(StringComparer.Ordinal);
        var template = new InputTemplate();
        var piece = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\' && i + 1 < text.Length)
            {
                // \< and \> are the characters themselves; other escapes are JSON's.
                if (text[i + 1] is not ('<' or '>'))
                    piece.Append(c);
                piece.Append(text[++i]);
                continue;
            }
            if (c == '"')
                quoted = !quoted;
            if (c != '<')
            {
                piece.Append(c);
                continue;
            }
            var end = text.IndexOf('>', i);
            var name = end < 0 ? "" : text[(i + 1)..end];
            if (!known.Contains(name))
            {
                // Slack's links and plain comparisons have angle brackets, too: only what looks like a name must be one.
                if (name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.'))
                    throw new FormatException($"InputTemplate has <{name}>, which is not in InputPathsMap");
                piece.Append(c);
                continue;
            }
            template._pieces.Add(new Piece(piece.ToString(), name, quoted));
            piece.Clear();
            i = end;
        }
        template._pieces.Add(new Piece(piece.ToString(), null, false));
        return template;
    }

    /// <param name="value">The value of a name as JSON; null when there is none.</param>
    /// <exception cref="FormatException">It would be longer than <see cref="TargetInput.MaxLength"/>.</exception>
    public string Render(Func<string, string?> value)
    {
        var result = new StringBuilder();
        foreach (var (text, name, quoted) in _pieces)
        {
            result.Append(text);
            if (name is null)
                continue;
            var found = value(name);
            result.Append(quoted ? Inside(found) : found ?? "null");
            if (result.Length > TargetInput.MaxLength)
                throw new FormatException($"the message would have more than {TargetInput.MaxLength} characters");
        }
        return result.ToString();
    }

    private static string Inside(string? json)
    {
        if (json is null)
            return Empty.Value;
        using var parsed = JsonDocument.Parse(json);
        return JsonEncodedText.Encode(parsed.RootElement.ValueKind switch
        {
            JsonValueKind.String => parsed.RootElement.GetString()!,
            JsonValueKind.Null => "",
            _ => json,
        }, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value;
    }
}
