using System.Text.RegularExpressions;
using Postern.Protocol.AwsJson;

namespace Postern.Server.Api;

/// <summary>
/// Checks the members of a request against its model and reports all faults at once, in the words AWS uses. Members are named as AWS
/// names them in errors: with a small first letter, list items counted from one (tags.1.member.key).
/// </summary>
internal sealed class Validation
{
    /// <summary>More faults than these are not told: the answer stays short whatever was sent.</summary>
    private const int MaxFaults = 10;

    /// <summary>How much of a value an error shows.</summary>
    private const int MaxShown = 100;

    private readonly List<string> _faults = [];

    public Validation Required(string member, object? value)
    {
        if (value is null) Add("Value null", member, "Member must not be null");
        return this;
    }

    /// <summary>Characters; an absent value passes.</summary>
    public Validation Length(string member, string? value, int least, int most)
    {
        if (value?.Length < least) Add(Shown(value), member, $"Member must have length greater than or equal to {least}");
        if (value?.Length > most) Add(Shown(value), member, $"Member must have length less than or equal to {most}");
        return this;
    }

    /// <param name="pattern">Must be anchored with \A and \z, and run in linear time.</param>
    /// <param name="modelled">The pattern as AWS's model writes it.</param>
    public Validation Pattern(string member, string? value, Regex pattern, string modelled)
    {
        if (value is not null && !pattern.IsMatch(value)) Add(Shown(value), member, $"Member must satisfy regular expression pattern: {modelled}");
        return this;
    }

    public Validation OneOf(string member, string? value, IReadOnlyList<string> allowed)
    {
        if (value is not null && !allowed.Contains(value, StringComparer.Ordinal)) Add(Shown(value), member, $"Member must satisfy enum value set: [{string.Join(", ", allowed)}]");
        return this;
    }

    public Validation Range(string member, int? value, int least, int most)
    {
        if (value < least) Add($"Value '{value}'", member, $"Member must have value greater than or equal to {least}");
        if (value > most) Add($"Value '{value}'", member, $"Member must have value less than or equal to {most}");
        return this;
    }

    /// <summary>The number of items of a list, none of which may be null. An absent list passes.</summary>
    public Validation Items<T>(string member, IReadOnlyCollection<T>? list, int least, int most)
    {
        if (list is null) return this;
        if (list.Count < least) Add($"Value with {list.Count} items", member, $"Member must have length greater than or equal to {least}");
        if (list.Count > most) Add($"Value with {list.Count} items", member, $"Member must have length less than or equal to {most}");
        var index = 1;
        foreach (var item in list.Take(most))
        {
            if (item is null) Add("Value null", $"{member}.{index}.member", "Member must not be null");
            index++;
        }
        return this;
    }

    /// <summary>A rule of another kind. The value is not shown, so that it may be a secret.</summary>
    public Validation Must(bool holds, string member, string constraint)
    {
        if (!holds) Add("Value", member, constraint);
        return this;
    }

    /// <exception cref="AwsErrorException">ValidationException or the code given, when anything was wrong.</exception>
    public void ThrowIfFaulty(string code = "ValidationException")
    {
        if (_faults.Count == 0) return;
        var count = _faults.Count == 1 ? "1 validation error" : $"{_faults.Count} validation errors";
        throw new AwsErrorException(code, $"{count} detected: {string.Join("; ", _faults.Take(MaxFaults))}");
    }

    private void Add(string value, string member, string constraint) => _faults.Add($"{value} at '{member}' failed to satisfy constraint: {constraint}");

    private static string Shown(string value)
    {
        var shown = value.Length > MaxShown ? value[..MaxShown] + "..." : value;
        return $"Value '{new string([.. shown.Select(c => char.IsControl(c) ? '?' : c)])}'";
    }
}
