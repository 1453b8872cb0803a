using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Postern.Server.Sessions;

/// <summary>Tokens of channels: 256 random bits, base64url. Only <see cref="HashOf"/> is ever stored.</summary>
internal static class SessionToken
{
    private const int Bytes = 32;
    /// <summary>Longer values are not even hashed.</summary>
    public const int MaxLength = 512;

    public static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>Lower-case hexadecimal SHA-256.</summary>
    public static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>Compares in constant time; a missing hash matches nothing.</summary>
    public static bool Matches(string? storedHash, string tokenHash)
        => storedHash is not null && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(storedHash), Encoding.ASCII.GetBytes(tokenHash));
}
