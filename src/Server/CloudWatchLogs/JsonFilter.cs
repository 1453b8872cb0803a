using System.Globalization;
using System.Text.Json;
using Postern.Server.Iam.Policies.Patterns;

namespace Postern.Server.CloudWatchLogs;

/// <summary>A condition on JSON messages; a message that is not JSON never matches.</summary>
internal sealed class JsonFilter : FilterPattern
{
    private const int MaxDepth = 32;
    private static readonly string[] Operators = ["!=", "<=", ">=", "=", "<", ">"];

    private readonly Func<JsonElement, bool> _condition;

    private JsonFilter(Func<JsonElement, bool> condition) => _condition = condition;

    public override bool Matches(string message)
    {
        if (!message.AsSpan().TrimStart().StartsWith("{"))
            return false;
        try
        {
            using var document = JsonDocument.Parse(message);
            return _condition(document.RootElement);
        }
        catch (JsonException)
        {
            return false; // it only begins like JSON
        }
    }

    public static new JsonFilter Parse(string text)
    {
        var reader = new Reader(text);
        reader.Expect("{");
        var condition = reader.Any(0);
        reader.Expect("}");
        reader.ExpectEnd();
        return new JsonFilter(condition);
    }

    /// <summary>Reads the condition by recursive descent.</summary>
    private sealed class Reader(string text)
    {
        private int _at, _expressions;

        public Func<JsonElement, bool> Any(int depth)
        {
            var left = All(depth);
            while (TryTake("||"))
            {
                var (first, second) = (left, All(depth));
                left = element => first(element) || second(element);
            }
            return left;
        }

        public void Expect(string token)
        {
            if (!TryTake(token))
                throw Fault($"\"{token}\" is expected");
        }

        public void ExpectEnd()
        {
            SkipSpace();
            if (_at < text.Length)
                throw Fault("nothing more is expected");
        }

        private Func<JsonElement, bool> All(int depth)
        {
            var left = One(depth);
            while (TryTake("&&"))
            {
                var (first, second) = (left, One(depth));
                left = element => first(element) && second(element);
            }
            return left;
        }

        private Func<JsonElement, bool> One(int depth)
        {
            if (depth > MaxDepth)
                throw Fault($"brackets may be {MaxDepth} deep");
            if (TryTake("("))
            {
                var inner = Any(depth + 1);
                Expect(")");
                return inner;
            }
            var path = Path();
            if (TryTakeWord("IS"))
                return Is(path);
            if (TryTakeWord("NOT"))
            {
                if (!TryTakeWord("EXISTS"))
                    throw Fault("EXISTS is expected");
                return element => Select(element, path) is null;
            }
            foreach (var name in Operators)
                if (TryTake(name))
                    return Comparison(path, name);
            throw Fault("=, !=, <, <=, >, >=, IS or NOT EXISTS is expected");
        }

        private Func<JsonElement, bool> Is(IReadOnlyList<object> path)
        {
            var not = TryTakeWord("NOT");
            foreach (var (word, kind) in new[] { ("NULL", JsonValueKind.Null), ("TRUE", JsonValueKind.True), ("FALSE", JsonValueKind.False) })
                if (TryTakeWord(word))
                    return element => Select(element, path) is { } found && found.ValueKind == kind != not;
            throw Fault("NULL, TRUE or FALSE is expected");
        }

        private Func<JsonElement, bool> Comparison(IReadOnlyList<object> path, string name)
        {
            SkipSpace();
            var start = _at;
            if (_at < text.Length && text[_at] is '"' or '%')
            {
                var inner = Quoted();
                if (name is not ("=" or "!="))
                    throw Fault($"\"{name}\" compares numbers");
                if (text[start] == '%')
                {
                    var expression = Expression(inner, start, ref _expressions);
                    return element => Text(Select(element, path)) is { } found && expression.IsMatch(found) == (name == "=");
                }
                return Equal(path, inner, name == "=");
            }
            while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && text[_at] is not (')' or '}' or '&' or '|'))
                _at++;
            var value = text[start.._at];
            if (value.Length == 0)
                throw Fault("a value is expected");
            if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
                return name is "=" or "!=" ? Equal(path, value, name == "=") : throw Fault($"\"{name}\" compares numbers");
            return element => Select(element, path) is { ValueKind: JsonValueKind.Number } found && found.TryGetDouble(out var have) && name switch
            {
                "=" => have == number,
                "!=" => have != number,
                "<" => have < number,
                "<=" => have <= number,
                ">" => have > number,
                _ => have >= number,
            };
        }

        private static Func<JsonElement, bool> Equal(IReadOnlyList<object> path, string value, bool equal)
        {
            var pattern = value.Replace('*', Wildcards.Any);
            return element => Text(Select(element, path)) is { } found && Wildcards.IsMatch(pattern, found, ignoreCase: false) == equal;
        }

        private string Quoted()
        {
            var (start, quote) = (_at, text[_at]);
            var end = text.IndexOf(quote, start + 1);
            if (end < 0)
                throw Fault($"the {quote} is not closed");
            _at = end + 1;
            return text[(start + 1)..end];
        }

        /// <summary>Member names and list indexes.</summary>
        private List<object> Path()
        {
            SkipSpace();
            if (_at >= text.Length || text[_at++] != '$')
                throw Fault("a member such as $.name is expected");
            List<object> path = [];
            while (_at < text.Length && text[_at] is '.' or '[')
            {
                var bracket = text[_at++] == '[';
                if (bracket && _at < text.Length && text[_at] is '"')
                {
                    path.Add(Quoted());
                    Expect("]");
                    continue;
                }
                var start = _at;
                while (_at < text.Length && (bracket ? text[_at] != ']' : char.IsLetterOrDigit(text[_at]) || text[_at] is '_' or '-'))
                    _at++;
                var name = text[start.._at];
                if (name.Length == 0)
                    throw Fault("a name is missing");
                path.Add(!bracket ? name : int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : throw Fault($"\"{name}\" is not an index"));
                if (bracket)
                    Expect("]");
            }
            return path.Count > 0 ? path : throw Fault("a member such as $.name is expected");
        }

        private static JsonElement? Select(JsonElement element, IReadOnlyList<object> path)
        {
            foreach (var step in path)
            {
                if (step is string name && element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member))
                    element = member;
                else if (step is int index && element.ValueKind == JsonValueKind.Array && index < element.GetArrayLength())
                    element = element[index];
                else
                    return null;
            }
            return element;
        }

        private static string? Text(JsonElement? element) => element switch
        {
            { ValueKind: JsonValueKind.String } text => text.GetString(),
            { ValueKind: JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False } other => other.GetRawText(),
            _ => null,
        };

        private bool TryTakeWord(string word)
        {
            var before = _at;
            SkipSpace();
            if (string.Compare(text, _at, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) == 0 && (_at + word.Length == text.Length || !char.IsLetter(text[_at + word.Length])))
            {
                _at += word.Length;
                return true;
            }
            _at = before;
            return false;
        }

        private bool TryTake(string token)
        {
            SkipSpace();
            if (string.CompareOrdinal(text, _at, token, 0, token.Length) != 0)
                return false;
            _at += token.Length;
            return true;
        }

        private void SkipSpace()
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at]))
                _at++;
        }

        private Exception Fault(string what) => LogResources.Invalid($"Invalid filter pattern: at character {_at + 1} {what}.");
    }
}
