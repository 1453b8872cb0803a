namespace Postern.Server.Iam.Policies;

/// <summary>
/// What is known of a request: condition keys (in any case, as in AWS) with their values. A key without values counts as absent, as an empty set does in AWS.
/// </summary>
/// <param name="basis">A context to look in for keys that this one has not, so that what holds for a whole call is put together once.</param>
internal sealed class ConditionContext(ConditionContext? basis = null)
{
    private readonly Dictionary<string, ConditionValues> _values = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The names of the keys that have values.</summary>
    public IEnumerable<string> Keys => basis is null ? Own : Own.Concat(basis.Keys.Where(key => !_values.ContainsKey(key)));

    private IEnumerable<string> Own => _values.Where(pair => pair.Value.Count > 0).Select(pair => pair.Key);

    /// <summary>Adds a value to those the key has in this context. Null adds nothing, so that unknown facts stay absent.</summary>
    public ConditionContext Add(string key, string? value)
    {
        if (value is not null)
            _values[key] = _values.TryGetValue(key, out var values) ? values.With(value) : new(value);
        return this;
    }

    /// <summary>Gives the key exactly these values; an empty list makes it absent, whatever the basis says.</summary>
    public ConditionContext Set(string key, IReadOnlyList<string> values)
    {
        _values[key] = new(values);
        return this;
    }

    /// <summary>Empty when the key is absent.</summary>
    public ConditionValues Find(string key) => _values.TryGetValue(key, out var values) ? values : basis?.Find(key) ?? default;
}

/// <summary>The values of a condition key. One value, the usual case, needs no list.</summary>
internal readonly struct ConditionValues
{
    private readonly string? _one;
    private readonly IReadOnlyList<string>? _several;

    public ConditionValues(string value) => _one = value;

    public ConditionValues(IReadOnlyList<string> values) => _several = values;

    public int Count => _one is not null ? 1 : _several?.Count ?? 0;

    public string this[int index] => _one ?? _several![index];

    public ConditionValues With(string value)
    {
        if (Count == 0)
            return new(value);
        var all = new string[Count + 1];
        for (var i = 0; i < Count; i++)
            all[i] = this[i];
        all[^1] = value;
        return new(all);
    }

    /// <summary>For people: 'a', 'b'; or "absent".</summary>
    public override string ToString()
    {
        if (Count == 0)
            return "absent";
        var shown = new string[Count];
        for (var i = 0; i < Count; i++)
            shown[i] = $"'{this[i]}'";
        return string.Join(", ", shown);
    }
}
