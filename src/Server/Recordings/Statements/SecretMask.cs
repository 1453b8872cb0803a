using System.Buffers;
using System.Text;

namespace Postern.Server.Recordings.Statements;

/// <summary>
/// Replaces what a statement gives as a password by <c>'***'</c>: literals behind PASSWORD, IDENTIFIED and the like, and passwords in connection strings within literals.
/// It reads words, literals and comments as the server does, so that a quote in a comment cannot turn literals inside out. Literals are read so themselves: they may be statements, of DO, EXECUTE,
/// PREPARE or the body of a function.
/// </summary>
internal ref struct SecretMask
{
    private const string Mask = "'***'";
    /// <summary>Literals within literals are read so deep; deeper ones that may have a secret are masked whole.</summary>
    private const int MaxDepth = 4;

    private static readonly SearchValues<string> Signs = SearchValues.Create(
        ["password", "passwd", "identified", "credentials", "secret_access_key", "token", "pwd", "://"], StringComparison.OrdinalIgnoreCase);

    private readonly ReadOnlySpan<char> _text;
    private readonly SqlDialect _dialect;
    private readonly int _depth;
    private readonly StringBuilder _result = new();
    private int _at, _copied, _words;
    private Expect _expect;
    /// <summary>A secret was named and is not whole yet.</summary>
    private bool _isOpen;
    /// <summary>This statement puts a text together by a function.</summary>
    private bool _composes;

    private enum Expect { Nothing, Secret, EqualSign, AllUpToComma, AllUpToEnd }

    private SecretMask(ReadOnlySpan<char> text, SqlDialect dialect, int depth = 0)
    {
        _text = text;
        _dialect = dialect;
        _depth = depth;
    }

    /// <summary>The text names a secret that it does not give, as a statement does that is put together from pieces. A word alone is a name or a value.</summary>
    private readonly bool EndsOpen => _words > 1 && _isOpen;

    /// <summary>The same string when there was nothing to mask.</summary>
    public static string Apply(string text, SqlDialect dialect)
        => text.AsSpan().ContainsAny(Signs) ? new SecretMask(text, dialect).Run(text) : text;

    private string Run(string original)
    {
        while (_at < _text.Length)
            Step();
        if (_copied == 0 && _result.Length == 0)
            return original;
        return _result.Append(_text[_copied..]).ToString();
    }

    private void Step()
    {
        var c = _text[_at];
        var next = _at + 1 < _text.Length ? _text[_at + 1] : '\0';
        if (c == '\'' || c == '"' && _dialect == SqlDialect.MySql)
        {
            var escapes = _dialect == SqlDialect.MySql || EscapesBefore(_at);
            Literal(_at, SqlLiteral.QuotedEnd(_text, _at, escapes), escapes);
        }
        else if (c is '"' or '`')
            Quoted();
        else if (c == '$' && _dialect == SqlDialect.Postgres && SqlLiteral.DollarEnd(_text, _at) is var end and > 0)
            Literal(_at, end, escapes: false);
        else if (c == '-' && next == '-' && (_dialect == SqlDialect.Postgres || _at + 2 >= _text.Length || _text[_at + 2] <= ' ') || c == '#' && _dialect == SqlDialect.MySql)
            _at = SqlLiteral.LineEnd(_text, _at);
        else if (c == '/' && next == '*')
            _at = SqlLiteral.CommentEnd(_text, _at, _dialect);
        else if (char.IsLetter(c) || c == '_')
            Word();
        else
            Other(c);
    }

    private void Word()
    {
        var start = _at;
        while (_at < _text.Length && (char.IsLetterOrDigit(_text[_at]) || _text[_at] is '_' or '$'))
            _at++;
        var word = _text[start.._at];
        // E'…', U&'…', N'…' and _utf8'…' are one literal.
        if (_at < _text.Length && _text[_at] == '\'')
            return;
        _words++;
        _composes |= Is(word, "FORMAT") || Is(word, "CONCAT") || Is(word, "CONCAT_WS");
        if (_expect is Expect.AllUpToComma or Expect.AllUpToEnd)
            return;
        if (Is(word, "IDENTIFIED"))
            ExpectSecret(Expect.AllUpToComma);
        else if (NamesSecret(word))
            ExpectSecret(Expect.Secret);
        else if (_expect == Expect.Secret && Is(word, "FOR"))
            _expect = Expect.EqualSign; // SET PASSWORD FOR 'user'@'host' = 'secret'
        else if (_expect == Expect.Secret && !SqlLiteral.MayStandBeforeSecret(word) && !(start > 0 && _text[start - 1] == '%')) // format's %L
            ExpectSecret(Expect.Nothing);
    }

    private void ExpectSecret(Expect expect) => (_expect, _isOpen) = (expect, expect != Expect.Nothing);

    /// <summary>A quoted name: <c>"password" = 'secret'</c>.</summary>
    private void Quoted()
    {
        var end = SqlLiteral.QuotedEnd(_text, _at, escapes: false);
        _words++;
        if (_expect is not (Expect.AllUpToComma or Expect.AllUpToEnd))
        {
            if (NamesSecret(_text[_at..end].Trim("\"`")))
                ExpectSecret(Expect.Secret);
            else if (_expect != Expect.EqualSign)
                ExpectSecret(Expect.Nothing);
        }
        _at = end;
    }

    private void Other(char c)
    {
        _at++;
        _composes &= c != ';';
        if (c == ';' || c == ',' && _expect is not (Expect.EqualSign or Expect.AllUpToEnd))
            ExpectSecret(Expect.Nothing);
        else if (c == '=' && _expect == Expect.EqualSign)
            _expect = Expect.Secret;
    }

    private void Literal(int start, int end, bool escapes)
    {
        var literal = _text[start..end];
        if (_expect is Expect.Secret or Expect.AllUpToComma or Expect.AllUpToEnd)
        {
            Replace(start, end, Mask);
            _isOpen = !SqlLiteral.IsClosed(literal, escapes);
            if (_expect == Expect.Secret)
                _expect = Expect.Nothing;
        }
        else if (literal.ContainsAny(Signs) && Within(literal, escapes, IsPiece(end)) is { } masked)
            Replace(start, end, masked);
        _at = end;
    }

    private void Replace(int start, int end, string by)
    {
        _result.Append(_text[_copied..start]).Append(by);
        _copied = end;
    }

    /// <summary>Whether what follows is put behind the literal that ends here.</summary>
    private readonly bool IsPiece(int end)
        => _composes || _text[end..].TrimStart() is var rest && (rest.StartsWith("||") || rest is ['\'' or '"', ..]);

    /// <summary>A literal that may have secrets in itself: they are masked as in a statement, and as in a connection string. Null: it has none.</summary>
    private string? Within(ReadOnlySpan<char> literal, bool escapes, bool isPiece)
    {
        if (_depth == MaxDepth)
            return Mask;
        var content = SqlLiteral.Content(literal, escapes);
        var inner = new SecretMask(content, _dialect, _depth + 1);
        var masked = inner.Run(content);
        if (isPiece && inner.EndsOpen)
            ExpectSecret(Expect.AllUpToEnd); // 'ALTER USER a PASSWORD ' || …; format('… PASSWORD %L', …)
        if (ReferenceEquals(masked, content))
            return ConnectionText.Mask(literal);
        var whole = SqlLiteral.WithContent(literal, masked, escapes);
        return ConnectionText.Mask(whole) ?? whole;
    }

    private readonly bool EscapesBefore(int quote) => quote > 0 && _text[quote - 1] is 'E' or 'e' && (quote == 1 || !char.IsLetterOrDigit(_text[quote - 2]));

    private static bool NamesSecret(ReadOnlySpan<char> word)
        => word.EndsWith("PASSWORD", StringComparison.OrdinalIgnoreCase) || word.EndsWith("PASSWD", StringComparison.OrdinalIgnoreCase)
        || Is(word, "PWD") || Is(word, "CREDENTIALS") || Is(word, "SECRET_ACCESS_KEY") || Is(word, "SESSION_TOKEN");

    private static bool Is(ReadOnlySpan<char> word, string name) => word.Equals(name, StringComparison.OrdinalIgnoreCase);
}
