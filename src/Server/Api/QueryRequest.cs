using System.Globalization;
using System.Text.RegularExpressions;
using Postern.Protocol.AwsJson;

namespace Postern.Server.Api;

/// <summary>What a text member may be: characters, and a pattern as AWS's model writes it.</summary>
/// <param name="Pattern">Anchored with \A and \z, running in linear time.</param>
internal sealed record TextRule(int Least, int Most, Regex? Pattern = null, string Model = "");

/// <summary>
/// Reads the members of a query request by name. What is wrong is gathered; <see cref="Check"/> reports all of it, in AWS's words. An operation
/// reads everything it needs, checks once, and only then does anything.
/// </summary>
internal sealed class QueryRequest
{
    private readonly QueryForm _form;
    private readonly string _prefix;
    private readonly Validation _validation;

    public QueryRequest(QueryForm form) : this(form, "", new Validation()) { }

    private QueryRequest(QueryForm form, string prefix, Validation validation) => (_form, _prefix, _validation) = (form, prefix, validation);

    /// <exception cref="AwsErrorException">ValidationException (ValidationError on the wire), when anything read so far was wrong.</exception>
    public void Check() => _validation.ThrowIfFaulty();

    /// <summary>A rule that no single member can tell; for the members read so far.</summary>
    public void Must(bool holds, string name, string constraint) => _validation.Must(holds, Member(name), constraint);

    /// <summary>As it was sent, unchecked; for naming what a request touches.</summary>
    public string? Peek(string name) => _form[_prefix + name];

    /// <summary>"" when it is missing, which <see cref="Check"/> reports.</summary>
    public string Required(string name, TextRule rule)
    {
        var value = _form[_prefix + name];
        _validation.Required(Member(name), value);
        return Checked(name, value, rule) ?? "";
    }

    public string? Optional(string name, TextRule rule) => Checked(name, _form[_prefix + name], rule);

    public string RequiredOneOf(string name, IReadOnlyList<string> allowed)
    {
        var value = _form[_prefix + name];
        _validation.Required(Member(name), value).OneOf(Member(name), value, allowed);
        return value ?? "";
    }

    public string? OptionalOneOf(string name, IReadOnlyList<string> allowed)
    {
        var value = _form[_prefix + name];
        _validation.OneOf(Member(name), value, allowed);
        return value;
    }

    public int? Number(string name, int least, int most)
    {
        if (_form[_prefix + name] is not { Length: > 0 } text) return null;
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            _validation.Must(false, Member(name), "Member must be an integer");
            return null;
        }
        _validation.Range(Member(name), number, least, most);
        return number;
    }

    /// <summary>False when it is missing.</summary>
    public bool Flag(string name)
    {
        var value = _form[_prefix + name];
        _validation.Must(value is null or "true" or "false", Member(name), "Member must be true or false");
        return value == "true";
    }

    /// <summary>The texts of a list: NAME.member.1, NAME.member.2 … Some SDKs send an empty list as a bare NAME.</summary>
    public IReadOnlyList<string> Texts(string name, int most, TextRule rule)
    {
        var count = CountOf(name, most);
        var texts = new string[count];
        for (var i = 0; i < count; i++) texts[i] = Required(Item(name, i), rule);
        return texts;
    }

    /// <summary>The structures of a list, each to be read by the names of its members.</summary>
    public IReadOnlyList<QueryRequest> Items(string name, int most)
    {
        var items = new QueryRequest[CountOf(name, most)];
        for (var i = 0; i < items.Length; i++) items[i] = new QueryRequest(_form, $"{_prefix}{Item(name, i)}.", _validation);
        return items;
    }

    private int CountOf(string name, int most)
    {
        var start = $"{_prefix}{name}.member.";
        var numbers = new HashSet<int>();
        foreach (var parameter in _form.Names.Where(parameter => parameter.StartsWith(start, StringComparison.Ordinal)))
        {
            var digits = parameter.AsSpan(start.Length);
            digits = digits[..(digits.IndexOf('.') is var dot and >= 0 ? dot : digits.Length)];
            numbers.Add(int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0);
        }
        if (numbers.Count > most)
        {
            _validation.Must(false, Member(name), $"Member must have length less than or equal to {most}");
            return 0;
        }
        var counted = numbers.All(number => number >= 1 && number <= numbers.Count);
        _validation.Must(counted, Member(name), "Items must be numbered from 1 without a gap (.member.1, .member.2 …)");
        return counted ? numbers.Count : 0;
    }

    private string? Checked(string name, string? value, TextRule rule)
    {
        _validation.Length(Member(name), value, rule.Least, rule.Most);
        if (rule.Pattern is not null && value?.Length <= rule.Most) _validation.Pattern(Member(name), value, rule.Pattern, rule.Model);
        return value;
    }

    private static string Item(string list, int index) => string.Create(CultureInfo.InvariantCulture, $"{list}.member.{index + 1}");

    // tags.1.member.key: AWS turns number and "member" round in its errors.
    private string Member(string name)
    {
        var parts = (_prefix + name).Split('.');
        for (var i = 0; i + 1 < parts.Length; i++)
        {
            if (parts[i] != "member") continue;
            (parts[i], parts[i + 1]) = (parts[i + 1], "member");
            i++;
        }
        for (var i = 0; i < parts.Length; i++)
            if (parts[i].Length > 0) parts[i] = char.ToLowerInvariant(parts[i][0]) + parts[i][1..];
        return string.Join('.', parts);
    }
}
