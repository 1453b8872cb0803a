namespace Postern.Server.Iam.Policies.Patterns;

/// <summary>A value of ArnEquals and ArnLike: each of the six parts of an ARN is compared by itself, so that no wildcard reaches over a colon (except in the last).</summary>
internal sealed class ArnPattern
{
    private const int Parts = 6;
    private readonly TextPattern[]? _parts;
    private readonly TextPattern? _whole;

    private ArnPattern(string written, TextPattern[]? parts, TextPattern? whole)
    {
        Written = written;
        _parts = parts;
        _whole = whole;
    }

    public string Written { get; }

    public IEnumerable<string> Variables => _whole?.Variables ?? _parts!.SelectMany(part => part.Variables);

    /// <param name="text">The string of the policy.</param>
    /// <param name="variables">Whether the policy's version has variables.</param>
    /// <param name="fault">What is wrong with it, when the result is null.</param>
    public static ArnPattern? Read(string text, bool variables, out string fault)
    {
        if (PatternReader.Read(text, wildcards: true, variables, out fault) is not { } whole)
            return null;
        if (text == "*" || !text.StartsWith("arn:", StringComparison.Ordinal) && whole.Variables.Any())
            return new ArnPattern(text, null, whole);
        var pieces = PatternReader.SplitAtColons(text, Parts, variables);
        if (pieces.Count < Parts || pieces[0] is not ("arn" or "*"))
        {
            fault = "the value is no ARN; write six parts, such as arn:aws:iam::123456789012:user/*";
            return null;
        }
        var parts = new TextPattern[Parts];
        for (var i = 0; i < Parts; i++)
        {
            if (PatternReader.Read(pieces[i], wildcards: true, variables, out fault) is not { } part)
                return null;
            parts[i] = part;
        }
        return new ArnPattern(text, parts, null);
    }

    public PatternMatch Match(ReadOnlySpan<char> arn, ConditionContext context)
    {
        Span<Range> cuts = stackalloc Range[Parts];
        if (arn.Split(cuts, ':') < Parts)
            return PatternMatch.No;
        if (_parts is null)
            return _whole!.Match(arn, context);
        var result = PatternMatch.Yes;
        for (var i = 0; i < Parts; i++)
        {
            var match = _parts[i].Match(arn[cuts[i]], context);
            if (match == PatternMatch.No)
                return PatternMatch.No;
            if (match == PatternMatch.Unresolved)
                result = PatternMatch.Unresolved;
        }
        return result;
    }
}
