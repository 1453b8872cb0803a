using System.Buffers;
using System.Text;

namespace Postern.Server.Recordings.Statements;

/// <summary>
/// Replaces what a statement gives as a password by <c>'***'</c>: literals behind PASSWORD, IDENTIFIED and the like, and passwords in connection strings within literals.
/// It reads words, literals and comments as the server does, so that a quote in a comment cannot turn literals inside out.
/// </summary>
internal ref struct SecretMask
{
    private const string Mask = "'***'";

    private static readonly SearchValues<string> Signs = SearchValues.Create(
        ["password", "passwd", "identified", "credentials", "secret_access_key", "session_token", "://"], StringComparison.OrdinalIgnoreCase);

    private readonly ReadOnlySpan<char> _text;
    private readonly SqlDialect _dialect;
    private readonly StringBuilder _result = new();
    private int _at, _copied;
    private Expect _expect;

    private enum Expect { Nothing, Secret, EqualSign, AllUpToComma }

    private SecretMask(ReadOnlySpan<char> text, SqlDialect dialect)
    {
        _text = text;
        _dialect = dialect;
    }

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
            Literal(_at, SqlLiteral.QuotedEnd(_text, _at, _dialect == SqlDialect.MySql || EscapesBefore(_at)));
        else if (c is '"' or '`')
            Quoted();
        else if (c == '$' && _dialect == SqlDialect.Postgres && SqlLiteral.DollarEnd(_text, _at) is var end and > 0)
            Literal(_at, end);
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
        if (_expect == Expect.AllUpToComma)
            return;
        if (Is(word, "IDENTIFIED"))
            _expect = Expect.AllUpToComma;
        else if (NamesSecret(word))
            _expect = Expect.Secret;
        else if (_expect == Expect.Secret && Is(word, "FOR"))
            _expect = Expect.EqualSign; // SET PASSWORD FOR 'user'@'host' = 'secret'
        else if (_expect == Expect.Secret && !SqlLiteral.MayStandBeforeSecret(word))
            _expect = Expect.Nothing;
    }

    /// <summary>A quoted name: <c>"password" = 'secret'</c>.</summary>
    private void Quoted()
    {
        var end = SqlLiteral.QuotedEnd(_text, _at, escapes: false);
        if (_expect != Expect.AllUpToComma)
            _expect = NamesSecret(_text[_at..end].Trim("\"`")) ? Expect.Secret : _expect == Expect.EqualSign ? _expect : Expect.Nothing;
        _at = end;
    }

    private void Other(char c)
    {
        _at++;
        if (c == ';' || c == ',' && _expect != Expect.EqualSign)
            _expect = Expect.Nothing;
        else if (c == '=' && _expect == Expect.EqualSign)
            _expect = Expect.Secret;
    }

    private void Literal(int start, int end)
    {
        if (_expect is Expect.Secret or Expect.AllUpToComma)
        {
            _result.Append(_text[_copied..start]).Append(Mask);
            _copied = end;
            if (_expect == Expect.Secret)
                _expect = Expect.Nothing;
        }
        else if (ConnectionText.Mask(_text[start..end]) is { } masked)
        {
            _result.Append(_text[_copied..start]).Append(masked);
            _copied = end;
        }
        _at = end;
    }

    private readonly bool EscapesBefore(int quote) => quote > 0 && _text[quote - 1] is 'E' or 'e' && (quote == 1 || !char.IsLetterOrDigit(_text[quote - 2]));

    private static bool NamesSecret(ReadOnlySpan<char> word)
        => word.EndsWith("PASSWORD", StringComparison.OrdinalIgnoreCase) || word.EndsWith("PASSWD", StringComparison.OrdinalIgnoreCase)
        || Is(word, "CREDENTIALS") || Is(word, "SECRET_ACCESS_KEY") || Is(word, "SESSION_TOKEN");

    private static bool Is(ReadOnlySpan<char> word, string name) => word.Equals(name, StringComparison.OrdinalIgnoreCase);
}
