using System.Security.Cryptography;
using Postern.Protocol.AwsJson;

namespace Postern.Server.Nodes;

/// <summary>The public keys nodes may bring.</summary>
internal static class NodePublicKey
{
    public const int MinBits = 2048, MaxBits = 4096;

    /// <summary>Base64 characters of a key of <see cref="MaxBits"/> with its wrapping, and some room.</summary>
    private const int MaxLength = 1024;

    /// <exception cref="AwsErrorException">ValidationException, naming the member.</exception>
    public static void Check(string keyMember, string? key, string typeMember, string? type)
    {
        if (type != "Rsa") throw Invalid(typeMember, "must be \"Rsa\"");
        if (string.IsNullOrEmpty(key)) throw Invalid(keyMember, "must not be empty");
        if (key.Length > MaxLength) throw Invalid(keyMember, $"must have at most {MaxLength} characters");
        var der = new byte[key.Length];
        if (!Convert.TryFromBase64String(key, der, out var length)) throw Invalid(keyMember, "must be base64");
        using var rsa = RSA.Create();
        try
        {
            rsa.ImportSubjectPublicKeyInfo(der.AsSpan(0, length), out var read);
            if (read != length) throw Invalid(keyMember, "has bytes after the key");
        }
        catch (CryptographicException)
        {
            throw Invalid(keyMember, "must be an RSA public key as DER SubjectPublicKeyInfo in base64");
        }
        if (rsa.KeySize is < MinBits or > MaxBits) throw Invalid(keyMember, $"is a key of {rsa.KeySize} bits; between {MinBits} and {MaxBits} are accepted");
    }

    private static AwsErrorException Invalid(string member, string fault) => new("ValidationException", $"{member} {fault}.");
}
