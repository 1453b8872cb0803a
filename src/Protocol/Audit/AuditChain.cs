using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Postern.Protocol.Audit;

/// <summary>How entries are chained: SHA-256 over every field, each behind its length; and how places in the chain are signed.</summary>
public static class AuditChain
{
    /// <summary>What stands before the first entry.</summary>
    public const string Beginning = "0000000000000000000000000000000000000000000000000000000000000000";

    /// <summary>What the signing key is derived from the gateway's master key for.</summary>
    public const string KeyPurpose = "audit";

    private const int KeySize = 32;

    /// <param name="masterKey">The content of the gateway's master.key: its current key and earlier ones, 32 bytes each.</param>
    public static IReadOnlyList<byte[]> KeysFrom(byte[] masterKey)
        => [.. masterKey.Chunk(KeySize).Select(key => HKDF.DeriveKey(HashAlgorithmName.SHA256, key, KeySize, info: Encoding.UTF8.GetBytes($"postern/{KeyPurpose}")))];

    /// <summary>The hash that the entry must have where it stands.</summary>
    public static string HashOf(AuditEntry entry)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, entry.Previous);
        Add(hash, entry.Sequence.ToString(CultureInfo.InvariantCulture));
        Add(hash, entry.Time.ToString(CultureInfo.InvariantCulture));
        Add(hash, entry.EventId);
        Add(hash, entry.EventName);
        Add(hash, entry.EventSource);
        Add(hash, entry.UserName);
        Add(hash, entry.AccessKeyId);
        Add(hash, entry.Resources);
        Add(hash, entry.ReadOnly ? "true" : "false");
        Add(hash, entry.ErrorCode);
        Add(hash, entry.Record);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public static AuditMark Sign(byte[] key, string name, long sequence, string hash) => new(name, sequence, hash, SignatureOf(key, name, sequence, hash));

    /// <summary>Whether any of the keys signed it.</summary>
    public static bool IsSigned(IReadOnlyList<byte[]> keys, AuditMark mark) => keys.Any(key => IsSigned(key, mark));

    public static bool IsSigned(byte[] key, AuditMark mark) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(mark.Signature), Encoding.UTF8.GetBytes(SignatureOf(key, mark.Name, mark.Sequence, mark.Hash)));

    private static string SignatureOf(byte[] key, string name, long sequence, string hash)
        => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name}:{sequence}:{hash}"))));

    private static void Add(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
