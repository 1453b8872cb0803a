using Postern.Server.Iam.Policies.Patterns;

namespace Postern.Server.Iam.Policies.Conditions;

/// <summary>The values a condition names for one key, ready to be compared with those of a request.</summary>
internal abstract class ValueTest
{
    /// <summary>The keys of the policy variables in the values.</summary>
    public virtual IEnumerable<string> Variables => [];

    /// <summary>Whether a value of the request is (or is less than, or lies in ...) any of the policy's. One that is not of the right kind is not.</summary>
    public abstract PatternMatch Matches(string value, ConditionContext context);
}

internal sealed class TextTest(TextPattern[] patterns, bool ignoreCase) : ValueTest
{
    public override IEnumerable<string> Variables => patterns.SelectMany(pattern => pattern.Variables);

    public override PatternMatch Matches(string value, ConditionContext context)
    {
        var result = PatternMatch.No;
        foreach (var pattern in patterns)
        {
            var match = pattern.Match(value, context, ignoreCase);
            if (match == PatternMatch.Yes)
                return match;
            if (match == PatternMatch.Unresolved)
                result = match;
        }
        return result;
    }
}

internal sealed class ArnTest(ArnPattern[] patterns) : ValueTest
{
    public override IEnumerable<string> Variables => patterns.SelectMany(pattern => pattern.Variables);

    public override PatternMatch Matches(string value, ConditionContext context)
    {
        var result = PatternMatch.No;
        foreach (var pattern in patterns)
        {
            var match = pattern.Match(value, context);
            if (match == PatternMatch.Yes)
                return match;
            if (match == PatternMatch.Unresolved)
                result = match;
        }
        return result;
    }
}

/// <summary>Numbers, dates, Booleans: anything that is read into T and compared.</summary>
internal sealed class ComparableTest<T>(T[] wanted, Ordering ordering, TryRead<T> read) : ValueTest
    where T : IComparable<T>
{
    public override PatternMatch Matches(string value, ConditionContext context)
    {
        if (read(value, out var given))
            foreach (var one in wanted)
                if (Holds(given.CompareTo(one)))
                    return PatternMatch.Yes;
        return PatternMatch.No;
    }

    private bool Holds(int comparison) => ordering switch
    {
        Ordering.Equal => comparison == 0,
        Ordering.Less => comparison < 0,
        Ordering.LessOrEqual => comparison <= 0,
        Ordering.Greater => comparison > 0,
        _ => comparison >= 0,
    };
}

internal delegate bool TryRead<T>(string text, out T value);

internal sealed class BinaryTest(byte[][] wanted) : ValueTest
{
    public override PatternMatch Matches(string value, ConditionContext context)
        => ConditionValueReader.TryBinary(value, out var given) && Array.Exists(wanted, one => one.AsSpan().SequenceEqual(given)) ? PatternMatch.Yes : PatternMatch.No;
}

internal sealed class AddressTest(AddressRange[] ranges) : ValueTest
{
    public override PatternMatch Matches(string value, ConditionContext context)
        => AddressRange.TryRead(value, out var address) && Array.Exists(ranges, range => range.Contains(address)) ? PatternMatch.Yes : PatternMatch.No;
}

/// <summary>Null has no test of values: it asks whether there are any.</summary>
internal sealed class PresenceTest(bool[] absent) : ValueTest
{
    public bool Holds(bool isAbsent) => absent.Contains(isAbsent);

    public override PatternMatch Matches(string value, ConditionContext context) => Holds(isAbsent: false) ? PatternMatch.Yes : PatternMatch.No;
}
