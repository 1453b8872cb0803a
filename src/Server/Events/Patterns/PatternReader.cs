using System.Text;
using System.Text.Json;

namespace Postern.Server.Events.Patterns;

/// <summary>Reads a pattern. Reasons for refusing it are those of EventBridge's own engine.</summary>
internal ref partial struct PatternReader
{
    private const string Or = "$or";

    /// <summary>Names of tests: as names of fields inside $or they show that it was not meant so.</summary>
    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "exactly", "exists", "prefix", "suffix", "anything-but", "numeric", "cidr", "equals-ignore-case", "wildcard",
    };

    private readonly byte[] _text;
    private readonly List<string> _path = [];
    private Utf8JsonReader _json;
    private int _absences;

    private PatternReader(byte[] text)
    {
        _text = text;
        _json = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = EventPattern.MaxDepth });
    }

    /// <param name="text">The pattern.</param>
    /// <param name="absences">How many questions for missing fields there are.</param>
    public static ObjectCondition Read(string text, out int absences)
    {
        var reader = new PatternReader(Encoding.UTF8.GetBytes(text));
        try
        {
            reader.Next();
            if (reader._json.TokenType != JsonTokenType.StartObject)
                throw reader.Fault("Filter is not an object");
            var root = reader.Object();
            if (reader._json.Read())
                throw reader.Fault("Only one object is allowed");
            absences = reader._absences;
            return root;
        }
        catch (JsonException e)
        {
            throw new PatternSyntaxException("it is not JSON, or nested more than 64 deep", (int)(e.LineNumber ?? 0) + 1, (int)(e.BytePositionInLine ?? 0) + 1);
        }
        catch (InvalidOperationException)
        {
            throw reader.Fault("a text has half of a surrogate pair");
        }
    }

    /// <summary>From its brace on.</summary>
    private ObjectCondition Object()
    {
        var fields = new Dictionary<string, Condition>(StringComparer.Ordinal);
        var choices = new List<IReadOnlyList<ObjectCondition>>();
        while (Next() != JsonTokenType.EndObject)
        {
            var name = _json.GetString()!;
            Next();
            if (name == Or && _json.TokenType == JsonTokenType.StartArray && IsChoice())
            {
                choices.Add(Alternatives());
                continue;
            }
            _path.Add(name);
            fields[name] = _json.TokenType switch // the last of several with one name counts
            {
                JsonTokenType.StartObject => Object(),
                JsonTokenType.StartArray => Field(),
                _ => throw Fault($"\"{name}\" must be an object or an array"),
            };
            _path.RemoveAt(_path.Count - 1);
        }
        if (fields.Count + choices.Count == 0)
            throw Fault("Empty objects are not allowed");
        return new ObjectCondition([.. fields], choices);
    }

    /// <summary>Two or more objects without names of tests; otherwise $or is a name like others.</summary>
    private readonly bool IsChoice()
    {
        var ahead = _json; // a copy: reading it leaves the reader where it is
        var count = 0;
        while (ahead.Read() && ahead.TokenType != JsonTokenType.EndArray)
        {
            if (ahead.TokenType != JsonTokenType.StartObject)
                return false;
            count++;
            while (ahead.Read() && ahead.TokenType != JsonTokenType.EndObject)
            {
                if (Reserved.Contains(ahead.GetString()!))
                    return false;
                ahead.Read();
                ahead.Skip();
            }
        }
        return count >= 2;
    }

    private List<ObjectCondition> Alternatives()
    {
        var alternatives = new List<ObjectCondition>();
        while (Next() != JsonTokenType.EndArray)
            alternatives.Add(Object());
        return alternatives;
    }

    /// <summary>A list of values and tests, from its bracket on.</summary>
    private FieldCondition Field()
    {
        var exact = new ExactTest();
        var tests = new List<ValueTest>();
        int? absence = null;
        var count = 0;
        for (; Next() != JsonTokenType.EndArray; count++)
        {
            switch (_json.TokenType)
            {
                case JsonTokenType.String:
                    exact.Texts.Add(_json.GetString()!);
                    break;
                case JsonTokenType.Number:
                    exact.Numbers.Add(Number());
                    break;
                case JsonTokenType.True:
                    exact.Constants.Add(JsonValueKind.True);
                    break;
                case JsonTokenType.False:
                    exact.Constants.Add(JsonValueKind.False);
                    break;
                case JsonTokenType.Null:
                    exact.Constants.Add(JsonValueKind.Null);
                    break;
                case JsonTokenType.StartObject:
                    if (Test() is { } test)
                        tests.Add(test);
                    else
                        absence ??= _absences++;
                    break;
                default:
                    throw Fault("Match value must be String, number, true, false, or null");
            }
        }
        if (count == 0)
            throw Fault("Empty arrays are not allowed");
        return new FieldCondition([exact, .. tests], absence, [.. _path]);
    }

    private JsonTokenType Next()
    {
        if (!_json.Read())
            throw Fault("it ends too early");
        return _json.TokenType;
    }

    private readonly double Number()
        => _json.TryGetDouble(out var number) && double.IsFinite(number) ? number : throw Fault("Value must be between -5.0E9 and 5.0E9, inclusive");

    private readonly PatternSyntaxException Fault(string reason)
    {
        var before = _text.AsSpan(0, (int)Math.Min(_json.BytesConsumed, _text.Length));
        var line = before.Count((byte)'\n') + 1;
        return new PatternSyntaxException(reason, line, before.Length - (before.LastIndexOf((byte)'\n') + 1) + 1);
    }
}
