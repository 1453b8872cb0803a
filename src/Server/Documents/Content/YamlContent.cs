using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Postern.Protocol.AwsJson;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Postern.Server.Documents.Content;

/// <summary>
/// Reads documents in YAML into the JSON that all else here works with. Taken is the YAML that means the same to every reader: one document of mappings, lists and texts, true, false,
/// null and decimal numbers. Anchors, aliases, merge keys and tags are refused, so that nothing in a document is larger or other than it is written; so are plain words that are a
/// boolean or a number to some readers only.
/// </summary>
internal static partial class YamlContent
{
    private const int MaxDepth = 16;
    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="yaml">At most <see cref="SessionDocument.MaxBytes"/>.</param>
    /// <exception cref="AwsErrorException">InvalidDocumentContent, with line and column.</exception>
    public static string ToJson(string yaml)
    {
        var buffer = new ArrayBufferWriter<byte>();
        try
        {
            var parser = new Parser(new Scanner(new StringReader(yaml), skipComments: true));
            using var json = new Utf8JsonWriter(buffer, Readable);
            parser.Consume<StreamStart>();
            parser.Consume<DocumentStart>();
            Write(parser, json, 0);
            parser.Consume<DocumentEnd>();
            if (!parser.TryConsume<StreamEnd>(out _))
                throw Fault(parser.Current!, "is a second document; there may be one");
        }
        catch (YamlException e)
        {
            throw DocumentErrors.Content($"it is not YAML of a single mapping: line {e.Start.Line}, column {e.Start.Column}: {e.Message}");
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Parser parser, Utf8JsonWriter json, int depth)
    {
        if (depth > MaxDepth)
            throw Fault(parser.Current!, $"is nested more than {MaxDepth} deep");
        if (parser.TryConsume<Scalar>(out var scalar))
        {
            RequirePlain(scalar);
            WriteValue(scalar, json);
        }
        else if (parser.TryConsume<SequenceStart>(out var list))
        {
            RequirePlain(list);
            json.WriteStartArray();
            while (!parser.TryConsume<SequenceEnd>(out _))
                Write(parser, json, depth + 1);
            json.WriteEndArray();
        }
        else if (parser.TryConsume<MappingStart>(out var mapping))
        {
            RequirePlain(mapping);
            json.WriteStartObject();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                WriteName(parser, json);
                Write(parser, json, depth + 1);
            }
            json.WriteEndObject();
        }
        else
        {
            throw Fault(parser.Current!, "is an alias, which is not taken here; write out what it stands for");
        }
    }

    private static void WriteName(Parser parser, Utf8JsonWriter json)
    {
        if (!parser.TryConsume<Scalar>(out var name))
            throw Fault(parser.Current!, "is the name of a member, and must be a text");
        RequirePlain(name);
        if (name is { Style: ScalarStyle.Plain, Value: "<<" })
            throw Fault(name, "merges another mapping, which is not taken here; write its members out");
        json.WritePropertyName(TextOf(name));
    }

    private static void WriteValue(Scalar scalar, Utf8JsonWriter json)
    {
        var text = TextOf(scalar);
        if (scalar.Style != ScalarStyle.Plain)
            json.WriteStringValue(text);
        else if (text is "" or "~" or "null" or "Null" or "NULL")
            json.WriteNullValue();
        else if (text is "true" or "True" or "TRUE" or "false" or "False" or "FALSE")
            json.WriteBooleanValue(text[0] is 't' or 'T');
        else if (JsonNumber.IsMatch(text))
            json.WriteRawValue(text);
        else if (OtherNumber.IsMatch(text) || SomeBoolean.IsMatch(text))
            throw Fault(scalar, $"is \"{text}\", which some readers take for a text and others not; put it in quotes, or write a decimal number, true or false");
        else
            json.WriteStringValue(text);
    }

    private static string TextOf(Scalar scalar)
        => scalar.Value.EnumerateRunes().Count(rune => rune == Rune.ReplacementChar) == scalar.Value.Count(character => character == Rune.ReplacementChar.Value)
            ? scalar.Value : throw Fault(scalar, "has half of a surrogate pair");

    private static void RequirePlain(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty)
            throw Fault(node, "has an anchor (&), which is not taken here");
        if (!node.Tag.IsEmpty)
            throw Fault(node, "has a tag (!), which is not taken here");
    }

    private static AwsErrorException Fault(ParsingEvent at, string fault)
        => DocumentErrors.Content($"what stands at line {at.Start.Line}, column {at.Start.Column} {fault}.");

    [GeneratedRegex(@"\A-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][-+]?[0-9]{1,3})?\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex JsonNumber { get; }

    [GeneratedRegex(@"\A[-+]?(\.?[0-9][0-9_.:]*([eE][-+]?[0-9]+)?|0[xob][0-9a-fA-F_]+|\.(inf|Inf|INF|nan|NaN|NAN))\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex OtherNumber { get; }

    [GeneratedRegex(@"\A(yes|no|on|off)\z", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex SomeBoolean { get; }
}
