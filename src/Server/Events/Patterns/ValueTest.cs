using System.Text.Json;

namespace Postern.Server.Events.Patterns;

/// <summary>A value of an event: text, number, true, false or null.</summary>
internal readonly struct Leaf
{
    public Leaf(JsonElement value)
    {
        Kind = value.ValueKind;
        if (Kind == JsonValueKind.String)
            Text = value.GetString();
        else if (Kind == JsonValueKind.Number && value.TryGetDouble(out var number))
            Number = number;
    }

    public JsonValueKind Kind { get; }
    /// <summary>Null when it is no text.</summary>
    public string? Text { get; }
    /// <summary>Null when it is no number.</summary>
    public double? Number { get; }
}

/// <summary>A test of one value.</summary>
internal abstract class ValueTest
{
    public abstract bool Matches(in Leaf leaf);
}

/// <summary>One of these values exactly. Numbers are equal when their values are, however they are written.</summary>
internal sealed class ExactTest : ValueTest
{
    public HashSet<string> Texts { get; } = new(StringComparer.Ordinal);
    public HashSet<double> Numbers { get; } = [];
    /// <summary>True, False, Null.</summary>
    public HashSet<JsonValueKind> Constants { get; } = [];

    public override bool Matches(in Leaf leaf)
        => leaf.Text is { } text ? Texts.Contains(text) : leaf.Number is { } number ? Numbers.Contains(number) : Constants.Contains(leaf.Kind);
}

/// <summary>{"exists": true}: any value.</summary>
internal sealed class PresentTest : ValueTest
{
    public override bool Matches(in Leaf leaf) => true;
}

internal enum TextPart
{
    Prefix,
    Suffix,
    Whole,
}

/// <summary>A text that begins with, ends with, or is another one.</summary>
internal sealed class TextTest(TextPart part, string text, StringComparison comparison) : ValueTest
{
    public override bool Matches(in Leaf leaf) => leaf.Text is { } value && part switch
    {
        TextPart.Prefix => value.StartsWith(text, comparison),
        TextPart.Suffix => value.EndsWith(text, comparison),
        _ => value.Equals(text, comparison),
    };
}

/// <summary>A value that none of these tests matches. A value of another kind is something else, too.</summary>
internal sealed class AnythingButTest(IReadOnlyList<ValueTest> excluded) : ValueTest
{
    public override bool Matches(in Leaf leaf)
    {
        foreach (var test in excluded)
            if (test.Matches(leaf))
                return false;
        return true;
    }
}

/// <summary>A number between two others; either may be missing.</summary>
internal sealed class NumericTest(double? least, bool leastIncluded, double? most, bool mostIncluded) : ValueTest
{
    public override bool Matches(in Leaf leaf) => leaf.Number is { } value
        && (least is null || value > least || (leastIncluded && value == least))
        && (most is null || value < most || (mostIncluded && value == most));
}
