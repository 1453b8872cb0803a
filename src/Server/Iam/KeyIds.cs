using System.Security.Cryptography;
using System.Text;

namespace Postern.Server.Iam;

/// <summary>Ids and secrets in the shapes AWS's tools check: a prefix that tells the kind, then base32; secrets of 40 characters.</summary>
internal static class KeyIds
{
    public const string LongLivedPrefix = "AKIA", TemporaryPrefix = "ASIA", UserPrefix = "AIDA", RolePrefix = "AROA",
        GroupPrefix = "AGPA", PolicyPrefix = "ANPA", InstanceProfilePrefix = "AIPA";
    /// <summary>Characters of an access key id, prefix included.</summary>
    public const int AccessKeyLength = 20;
    private const int AccessKeyCharacters = 16, UniqueIdCharacters = 17, SecretBytes = 30;
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static string NewLongLived() => LongLivedPrefix + RandomNumberGenerator.GetString(Base32, AccessKeyCharacters);

    public static string NewTemporary() => TemporaryPrefix + RandomNumberGenerator.GetString(Base32, AccessKeyCharacters);

    public static string NewUserId() => NewId(UserPrefix);

    /// <summary>A unique id of the kind that <paramref name="prefix"/> tells.</summary>
    public static string NewId(string prefix) => prefix + RandomNumberGenerator.GetString(Base32, UniqueIdCharacters);

    /// <summary>The id of a role that was in use before roles were rows: it follows from account and name.</summary>
    public static string RoleId(string account, string role) => RolePrefix + Derived($"{account}/{role}");

    /// <summary>The id of a policy that is part of the program, in every account the same.</summary>
    public static string PolicyId(string name) => PolicyPrefix + Derived($"aws/policy/{name}");

    private static string Derived(string from) => string.Create(UniqueIdCharacters, SHA256.HashData(Encoding.UTF8.GetBytes(from)), (text, bytes) =>
    {
        for (var i = 0; i < text.Length; i++)
            text[i] = Base32[bytes[i] % Base32.Length];
    });

    public static string NewSecret() => SecretOf(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>40 base64 characters of the first 30 bytes.</summary>
    public static string SecretOf(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes[..SecretBytes]);
}
