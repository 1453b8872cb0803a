using System.Text;

namespace Postern.Server.Iam.Policies.Patterns;

/// <summary>
/// A string of a policy: literal text, wildcards where the element has them, and variables where the policy's version has them. The value of a
/// variable is always literal: an asterisk in somebody's tag matches an asterisk.
/// </summary>
internal sealed class TextPattern
{
    private readonly PatternPart[] _parts;
    private readonly string? _fixed;
    private readonly PatternShape _shape;

    public TextPattern(string written, PatternPart[] parts)
    {
        Written = written;
        _parts = parts;
        if (Array.Exists(parts, part => part.Variable is not null))
            return;
        _fixed = string.Concat(parts.Select(part => part.Text));
        var any = _fixed.IndexOf(Wildcards.Any);
        _shape = _fixed.Length == 1 && any == 0 ? PatternShape.Everything
            : _fixed.AsSpan().IndexOfAny(Wildcards.Any, Wildcards.One) < 0 ? PatternShape.Exact
            : any == _fixed.Length - 1 && !_fixed.Contains(Wildcards.One) ? PatternShape.Prefix
            : PatternShape.General;
    }

    private enum PatternShape
    {
        General,
        Everything,
        Exact,
        Prefix,
    }

    /// <summary>As it stands in the policy.</summary>
    public string Written { get; }

    /// <summary>The variables' keys.</summary>
    public IEnumerable<string> Variables => _parts.Where(part => part.Variable is not null).Select(part => part.Variable!);

    public PatternMatch Match(ReadOnlySpan<char> text, ConditionContext context, bool ignoreCase = false)
    {
        // Neither may nor may not: what takes names that long refuses them itself.
        if (text.Length > PolicyLimits.MatchedLength && (_fixed is null || _shape == PatternShape.General))
            return PatternMatch.Unresolved;
        if (_fixed is null)
            return MatchExpanded(text, context, ignoreCase);
        var comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        var matches = _shape switch
        {
            PatternShape.Everything => true,
            PatternShape.Exact => text.Equals(_fixed, comparison),
            PatternShape.Prefix => text.StartsWith(_fixed.AsSpan(0, _fixed.Length - 1), comparison),
            _ => Wildcards.IsMatch(_fixed, text, ignoreCase),
        };
        return matches ? PatternMatch.Yes : PatternMatch.No;
    }

    /// <summary>The pattern with its variables replaced, wildcards as * and ?; null when a variable has no value.</summary>
    public string? Expand(ConditionContext context)
    {
        var text = new StringBuilder();
        return Append(text, context) ? text.Replace(Wildcards.Any, '*').Replace(Wildcards.One, '?').ToString() : null;
    }

    private PatternMatch MatchExpanded(ReadOnlySpan<char> text, ConditionContext context, bool ignoreCase)
    {
        var expanded = new StringBuilder(Written.Length * 2);
        if (!Append(expanded, context))
            return PatternMatch.Unresolved;
        return Wildcards.IsMatch(expanded.ToString(), text, ignoreCase) ? PatternMatch.Yes : PatternMatch.No;
    }

    private bool Append(StringBuilder expanded, ConditionContext context)
    {
        foreach (var part in _parts)
        {
            var text = part.Variable is null ? part.Text : Value(part, context);
            if (text is null || expanded.Length + text.Length > PolicyLimits.ExpandedLength)
                return false;
            expanded.Append(text);
        }
        return true;
    }

    /// <summary>A key with several values names none of them; one that is absent or empty has the default, if any.</summary>
    private static string? Value(PatternPart part, ConditionContext context)
    {
        var values = context.Find(part.Variable!);
        if (values.Count > 1)
            return null;
        var value = values.Count == 1 && values[0].Length > 0 ? values[0] : part.Default;
        return value.AsSpan().IndexOfAny(Wildcards.Any, Wildcards.One) < 0 ? value : null;
    }
}

/// <summary>Either fixed text with wildcards as <see cref="Wildcards"/> has them, or a variable with its default.</summary>
internal readonly record struct PatternPart(string Text, string? Variable = null, string? Default = null);
