using System.Text.Json;

namespace Postern.Server.Events.Patterns;

/// <summary>The tests: objects with one name inside a list.</summary>
internal ref partial struct PatternReader
{
    private const string Mixed = "Inside anything but list, either all values are number or string, mixed type is not supported";

    /// <summary>From its brace to its closing brace. Null: the field must be missing.</summary>
    private ValueTest? Test()
    {
        if (Next() == JsonTokenType.EndObject)
            throw Fault("Match expression name not found");
        var name = _json.GetString()!;
        Next();
        ValueTest? test = name switch
        {
            "exactly" => new TextTest(TextPart.Whole, Text("exact"), StringComparison.Ordinal),
            "prefix" => Part(TextPart.Prefix, "prefix"),
            "suffix" => Part(TextPart.Suffix, "suffix"),
            "equals-ignore-case" => new TextTest(TextPart.Whole, Text(name), StringComparison.OrdinalIgnoreCase),
            "wildcard" => Wildcard(Text(name)),
            "cidr" => Cidr(),
            "numeric" => Numeric(),
            "anything-but" => AnythingBut(),
            "exists" => _json.TokenType switch
            {
                JsonTokenType.True => new PresentTest(),
                JsonTokenType.False => null,
                _ => throw Fault("exists match pattern must be either true or false."),
            },
            _ => throw Fault($"Unrecognized match type {Shown(name)}"),
        };
        EndOfTest();
        return test;
    }

    private void EndOfTest()
    {
        if (Next() != JsonTokenType.EndObject)
            throw Fault("Only one key allowed in match expression");
    }

    private readonly string Text(string test)
        => _json.TokenType == JsonTokenType.String ? _json.GetString()! : throw Fault($"{test} match pattern must be a string");

    /// <summary>A text, or {"equals-ignore-case": text}.</summary>
    private TextTest Part(TextPart part, string name)
    {
        if (_json.TokenType != JsonTokenType.StartObject)
            return new TextTest(part, Text(name), StringComparison.Ordinal);
        if (Next() == JsonTokenType.EndObject)
            throw Fault($"{(part == TextPart.Prefix ? "Prefix" : "Suffix")} expression name not found");
        var inner = _json.GetString()!;
        if (inner != "equals-ignore-case")
            throw Fault($"Unsupported {name} pattern: {Shown(inner)}");
        Next();
        var test = new TextTest(part, Text(inner), StringComparison.OrdinalIgnoreCase);
        EndOfTest();
        return test;
    }

    private readonly WildcardTest Wildcard(string text)
    {
        try
        {
            return new WildcardTest(text);
        }
        catch (FormatException e)
        {
            throw Fault(e.Message);
        }
    }

    private readonly CidrTest Cidr()
    {
        var text = _json.TokenType == JsonTokenType.String ? _json.GetString()! : throw Fault("prefix match pattern must be a string");
        try
        {
            return new CidrTest(text);
        }
        catch (FormatException e)
        {
            throw Fault(e.Message);
        }
    }

    private AnythingButTest AnythingBut()
    {
        if (_json.TokenType != JsonTokenType.StartObject)
            return new AnythingButTest([Excluded()]);
        if (Next() == JsonTokenType.EndObject)
            throw Fault("Anything-But expression name not found");
        var name = _json.GetString()!;
        if (name is not ("prefix" or "suffix" or "equals-ignore-case" or "wildcard"))
            throw Fault($"Unsupported anything-but pattern: {Shown(name)}");
        var tests = new List<ValueTest>();
        if (Next() == JsonTokenType.StartArray)
        {
            while (Next() != JsonTokenType.EndArray)
                tests.Add(ExcludedPart(name));
            if (tests.Count == 0)
                throw Fault("Empty arrays are not allowed");
        }
        else
        {
            tests.Add(ExcludedPart(name));
        }
        EndOfTest();
        return new AnythingButTest(tests);
    }

    private readonly ValueTest ExcludedPart(string name)
    {
        if (_json.TokenType != JsonTokenType.String)
            throw Fault(name is "prefix" or "suffix" ? "prefix/suffix match pattern must be a string"
                : name == "wildcard" ? "wildcard match pattern must be a string" : "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.");
        var text = _json.GetString()!;
        if (name is "prefix" or "suffix" && text.Length == 0)
            throw Fault("Null prefix/suffix not allowed");
        return name switch
        {
            "prefix" => new TextTest(TextPart.Prefix, text, StringComparison.Ordinal),
            "suffix" => new TextTest(TextPart.Suffix, text, StringComparison.Ordinal),
            "wildcard" => Wildcard(text),
            _ => new TextTest(TextPart.Whole, text, StringComparison.OrdinalIgnoreCase),
        };
    }

    /// <summary>One text or number, or a list of either.</summary>
    private ExactTest Excluded()
    {
        var exact = new ExactTest();
        if (_json.TokenType != JsonTokenType.StartArray)
        {
            if (!Exclude(exact))
                throw Fault("Value of anything-but must be an array or single string/number value.");
            return exact;
        }
        while (Next() != JsonTokenType.EndArray)
        {
            if (!Exclude(exact))
                throw Fault("Inside anything but list, start|null|boolean is not supported.");
            if (exact.Texts.Count > 0 && exact.Numbers.Count > 0)
                throw Fault(Mixed);
        }
        return exact.Texts.Count + exact.Numbers.Count > 0 ? exact : throw Fault("Empty arrays are not allowed");
    }

    private readonly bool Exclude(ExactTest exact)
    {
        if (_json.TokenType == JsonTokenType.String)
            exact.Texts.Add(_json.GetString()!);
        else if (_json.TokenType == JsonTokenType.Number)
            exact.Numbers.Add(Number());
        else
            return false;
        return true;
    }

    private static string Shown(string name)
    {
        const int Longest = 100;
        var shown = name.Length > Longest ? name[..Longest] + "..." : name;
        return string.Concat(shown.Select(c => char.IsControl(c) ? '?' : c));
    }
}
