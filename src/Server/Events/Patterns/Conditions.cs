using System.Text.Json;

namespace Postern.Server.Events.Patterns;

/// <summary>What a pattern says of one place of an event.</summary>
internal abstract class Condition
{
    /// <param name="value">What stands there; undefined when nothing does.</param>
    /// <param name="state">Of this match.</param>
    public abstract bool Holds(JsonElement value, MatchState state);
}

/// <summary>An object: all its fields hold, and of each $or one alternative. Of an array in the event one element must fulfil all of it.</summary>
internal sealed class ObjectCondition(IReadOnlyList<KeyValuePair<string, Condition>> fields, IReadOnlyList<IReadOnlyList<ObjectCondition>> choices) : Condition
{
    public override bool Holds(JsonElement value, MatchState state)
    {
        if (value.ValueKind != JsonValueKind.Array)
            return HoldsOne(value.ValueKind == JsonValueKind.Object ? value : default, state);
        var any = false;
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
                continue;
            any = true;
            if (Holds(item, state))
                return true;
        }
        return !any && HoldsOne(default, state); // nothing there; that may be what is asked for
    }

    private bool HoldsOne(JsonElement value, MatchState state)
    {
        foreach (var (name, condition) in fields)
        {
            JsonElement member = default;
            if (value.ValueKind == JsonValueKind.Object)
                value.TryGetProperty(name, out member);
            if (!condition.Holds(member, state))
                return false;
        }
        foreach (var choice in choices)
            if (!choice.Any(alternative => alternative.HoldsOne(value, state)))
                return false;
        return true;
    }
}

/// <summary>A list of tests: one of them holds for the value, or for one of the values when it is an array.</summary>
/// <param name="tests">Of values.</param>
/// <param name="absence">The number of the question whether the field is missing; null when that is not asked for.</param>
/// <param name="path">From the root of the event.</param>
internal sealed class FieldCondition(IReadOnlyList<ValueTest> tests, int? absence, IReadOnlyList<string> path) : Condition
{
    public override bool Holds(JsonElement value, MatchState state)
        => (absence is { } index && state.IsAbsent(index, path)) || HoldsForLeaf(value);

    private bool HoldsForLeaf(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Undefined or JsonValueKind.Object:
                return false;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                    if (HoldsForLeaf(item))
                        return true;
                return false;
            default:
                var leaf = new Leaf(value);
                foreach (var test in tests)
                    if (test.Matches(leaf))
                        return true;
                return false;
        }
    }
}
