using System.Globalization;
using Postern.Server.Iam.Policies.Patterns;
using Postern.Server.Iam.Policies.Reading;

namespace Postern.Server.Iam.Policies.Conditions;

/// <summary>Reads the values of a condition into what they are compared as, and refuses those that could never match.</summary>
internal static class ConditionValueReader
{
    private const int LongestNumber = 64;

    private static readonly string[] DateForms =
    [
        "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
        "yyyyMMdd'T'HHmmssK",
    ];

    /// <exception cref="PolicyException">A value is not of the operator's kind.</exception>
    public static ValueTest Read(ConditionOperator op, IReadOnlyList<JsonElementAt> values, bool variables) => op.Kind switch
    {
        ConditionKind.Text => new TextTest(Each(values, value => Text(value, op.Wildcards, variables)), op.IgnoreCase),
        ConditionKind.Arn => new ArnTest(Each(values, value => ArnPattern.Read(value.Text, variables, out var fault) ?? throw value.Fault(fault))),
        ConditionKind.Number => new ComparableTest<decimal>(Each<decimal>(values, TryNumber, op, "a number such as 3600"), op.Ordering, TryNumber),
        ConditionKind.Date => new ComparableTest<DateTimeOffset>(Each<DateTimeOffset>(values, TryDate, op, "a date such as 2026-01-31T12:00:00Z, or seconds since 1970"), op.Ordering, TryDate),
        ConditionKind.Boolean => new ComparableTest<bool>(Each<bool>(values, TryBoolean, op, "true or false"), Ordering.Equal, TryBoolean),
        ConditionKind.Binary => new BinaryTest(Each<byte[]>(values, TryBinary, op, "base64")),
        ConditionKind.Address => new AddressTest(Each<AddressRange>(values, AddressRange.TryRead, op, "an address or range such as 203.0.113.0/24 or 2001:db8::/32")),
        _ => new PresenceTest(Each<bool>(values, TryBoolean, op, "true (the key is absent) or false (it is there)")),
    };

    /// <summary>Up to what decimal holds; more digits or powers are refused rather than rounded.</summary>
    public static bool TryNumber(string text, out decimal value)
    {
        value = 0;
        return text.Length is > 0 and <= LongestNumber && decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>ISO 8601 as W3C profiles it, or seconds since 1970. Without a zone it is UTC.</summary>
    public static bool TryDate(string text, out DateTimeOffset value)
    {
        if (DateTimeOffset.TryParseExact(text, DateForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out value))
            return true;
        if (!TryNumber(text, out var seconds) || seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds() || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
            return false;
        value = DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
        return true;
    }

    public static bool TryBoolean(string text, out bool value)
    {
        value = text.Equals("true", StringComparison.OrdinalIgnoreCase);
        return value || text.Equals("false", StringComparison.OrdinalIgnoreCase);
    }

    public static bool TryBinary(string text, out byte[] value)
    {
        value = [];
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out var length))
            return false;
        value = bytes[..length];
        return true;
    }

    private static TextPattern Text(JsonElementAt value, bool wildcards, bool variables)
        => PatternReader.Read(value.Text, wildcards, variables, out var fault) ?? throw value.Fault(fault);

    private static T[] Each<T>(IReadOnlyList<JsonElementAt> values, Func<JsonElementAt, T> read)
    {
        var result = new T[values.Count];
        for (var i = 0; i < result.Length; i++)
            result[i] = read(values[i]);
        return result;
    }

    private static T[] Each<T>(IReadOnlyList<JsonElementAt> values, TryRead<T> read, ConditionOperator op, string wanted)
        => Each(values, value => read(value.Text, out var result) ? result
            : throw value.Fault($"{op} compares with {wanted}, not with \"{JsonTree.Shown(value.Text)}\"{(value.Text.Contains("${", StringComparison.Ordinal) ? "; policy variables stand in String and Arn operators only" : "")}"));
}
