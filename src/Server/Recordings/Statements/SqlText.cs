using System.Text;
using System.Text.Unicode;

namespace Postern.Server.Recordings.Statements;

/// <summary>A statement as it is recorded: its beginning, with secrets masked.</summary>
/// <param name="Bytes">The length it had.</param>
/// <param name="Secret">Something was masked: what a server says about it may repeat the secret, and is not kept.</param>
internal sealed record SqlText(string Text, bool Cut, long Bytes, bool Secret)
{
    /// <summary>A record must be readable, whatever encoding a client speaks: what is no UTF-8 is replaced.</summary>
    public static SqlText Of(ReadOnlySpan<byte> kept, long bytes, SqlDialect dialect)
    {
        var cut = kept.Length > StatementLimits.Text || kept.Length < bytes;
        var text = Encoding.UTF8.GetString(kept[..Math.Min(kept.Length, StatementLimits.Text)]);
        var masked = SecretMask.Apply(text, dialect);
        return new(masked, cut, bytes, !ReferenceEquals(masked, text));
    }

    /// <summary>A name to tell one thing from another by. Null: it is too long to be told from others. What is no UTF-8 is written in hexadecimal, so that two names stay two.</summary>
    public static string? Name(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return "";
        if (bytes.Length > StatementLimits.Name)
            return null;
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : $"\\x{Convert.ToHexString(bytes)}";
    }

    /// <summary>Words of a server, as many as are recorded.</summary>
    public static string Message(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, StatementLimits.Message)]);
}

internal enum SqlDialect { Postgres, MySql }
