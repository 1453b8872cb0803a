using System.Text.Json;

namespace Postern.Server.Events.Patterns;

/// <summary>
/// A compiled event pattern of EventBridge: which events a rule is about. Matching takes time in proportion to the event for each test of the
/// pattern, whatever either of them says.
/// </summary>
internal sealed class EventPattern
{
    /// <summary>Deepest nesting of patterns and of events.</summary>
    public const int MaxDepth = 64;

    private readonly ObjectCondition _root;
    private readonly int _absences;

    private EventPattern(ObjectCondition root, int absences) => (_root, _absences) = (root, absences);

    /// <param name="text">JSON, whose length the caller has bounded.</param>
    /// <exception cref="PatternSyntaxException">It is not a pattern.</exception>
    public static EventPattern Parse(string text)
    {
        var root = PatternReader.Read(text, out var absences);
        return new EventPattern(root, absences);
    }

    /// <summary>Whether an event, a JSON object, is what the pattern says.</summary>
    public bool Matches(JsonElement happened) => _root.Holds(happened, new MatchState(happened, _absences));
}

/// <summary>What one match has found out. That a field is missing is said of the whole event, and looked up once.</summary>
internal sealed class MatchState(JsonElement root, int absences)
{
    private readonly bool?[] _absent = new bool?[absences];

    public bool IsAbsent(int index, IReadOnlyList<string> path) => _absent[index] ??= !HasLeaf(root, path, 0);

    private static bool HasLeaf(JsonElement at, IReadOnlyList<string> path, int step)
    {
        switch (at.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (var item in at.EnumerateArray())
                    if (HasLeaf(item, path, step))
                        return true;
                return false;
            case JsonValueKind.Object:
                return step < path.Count && at.TryGetProperty(path[step], out var next) && HasLeaf(next, path, step + 1);
            default:
                return step == path.Count;
        }
    }
}
