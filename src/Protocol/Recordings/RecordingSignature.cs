using System.Security.Cryptography;

namespace Postern.Protocol.Recordings;

/// <summary>The signature at the end of a recording, and the key it is checked with.</summary>
public static class RecordingSignature
{
    private const int FingerprintBytes = 16;

    internal static void Sign(ECDsa signer, ReadOnlySpan<byte> hash, Span<byte> destination)
    {
        Span<byte> text = stackalloc byte[RecordingFormat.SignedText.Length + RecordingFormat.HashSize];
        Compose(hash, text);
        signer.SignData(text, destination, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    internal static bool IsValid(string publicKey, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        Span<byte> text = stackalloc byte[RecordingFormat.SignedText.Length + RecordingFormat.HashSize];
        Compose(hash, text);
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(publicKey), out _);
            return key.KeySize == 256 && key.VerifyData(text, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return false;
        }
    }

    /// <summary>A short name for a public key: the beginning of the SHA-256 of its SubjectPublicKeyInfo, hexadecimal; empty when it is none.</summary>
    public static string FingerprintOf(string publicKey)
    {
        var bytes = new byte[publicKey.Length];
        return Convert.TryFromBase64String(publicKey, bytes, out var length) ? Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan(0, length)).AsSpan(0, FingerprintBytes)) : "";
    }

    private static void Compose(ReadOnlySpan<byte> hash, Span<byte> text)
    {
        RecordingFormat.SignedText.CopyTo(text);
        hash.CopyTo(text[RecordingFormat.SignedText.Length..]);
    }
}
