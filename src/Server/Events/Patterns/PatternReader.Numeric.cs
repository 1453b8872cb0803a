using System.Text.Json;

namespace Postern.Server.Events.Patterns;

/// <summary>{"numeric": ["=", 5]}, ["&lt;", 10], ["&gt;", 0, "&lt;=", 5].</summary>
internal ref partial struct PatternReader
{
    private const double Largest = 5e9;

    private NumericTest Numeric()
    {
        if (_json.TokenType != JsonTokenType.StartArray)
            throw Fault("Value of numeric must be an array.");
        if (Next() != JsonTokenType.String)
            throw Fault(_json.TokenType == JsonTokenType.EndArray ? "Empty arrays are not allowed" : "Invalid member in numeric match: it must be an operator");
        var first = _json.GetString()!;
        var bound = Bound(first == "=" ? "equals" : first);
        switch (first)
        {
            case "=":
                EndOfNumeric();
                return new NumericTest(bound, true, bound, true);
            case "<" or "<=":
                EndOfNumeric();
                return new NumericTest(null, false, bound, first == "<=");
            case ">" or ">=":
                return Upper(bound, first == ">=");
            default:
                throw Fault($"Unrecognized numeric range operator: {Shown(first)}");
        }
    }

    private NumericTest Upper(double least, bool leastIncluded)
    {
        if (Next() == JsonTokenType.EndArray)
            return new NumericTest(least, leastIncluded, null, false);
        if (_json.TokenType != JsonTokenType.String)
            throw Fault("Bad value in numeric range: it must be an operator");
        var second = _json.GetString()!;
        if (second is not ("<" or "<="))
            throw Fault($"Bad numeric range operator: {Shown(second)}");
        var most = Bound(second);
        if (Next() != JsonTokenType.EndArray)
            throw Fault("Too many terms in numeric range expression");
        if (least > most || (least == most && !(leastIncluded && second == "<=")))
            throw Fault("Bottom must be less than top");
        return new NumericTest(least, leastIncluded, most, second == "<=");
    }

    private double Bound(string of)
    {
        if (Next() != JsonTokenType.Number)
            throw Fault($"Value of {Shown(of)} must be numeric");
        var number = Number();
        return Math.Abs(number) <= Largest ? number : throw Fault("Value must be between -5.0E9 and 5.0E9, inclusive");
    }

    private void EndOfNumeric()
    {
        if (Next() != JsonTokenType.EndArray)
            throw Fault("Too many elements in numeric expression");
    }
}
