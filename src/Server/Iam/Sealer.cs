using System.Security.Cryptography;
using System.Text;

namespace Postern.Server.Iam;

/// <summary>AES-256-GCM with a key of its own purpose. Sealed form: nonce (12) · ciphertext · tag (16).</summary>
internal sealed class Sealer(MasterKey master, string purpose)
{
    private const int NonceSize = 12, TagSize = 16;
    public const int Overhead = NonceSize + TagSize;

    private readonly byte[] _key = master.Derive(purpose);

    /// <param name="plain">What to seal.</param>
    /// <param name="context">Not hidden but bound: opening needs the same (the id of the row, so that sealed values cannot be swapped).</param>
    public byte[] Seal(ReadOnlySpan<byte> plain, string context)
    {
        var result = new byte[Overhead + plain.Length];
        var nonce = result.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(_key, TagSize);
        cipher.Encrypt(nonce, plain, result.AsSpan(NonceSize, plain.Length), result.AsSpan(NonceSize + plain.Length), Encoding.UTF8.GetBytes(context));
        return result;
    }

    /// <summary>Null when it was not sealed with this key and context.</summary>
    public byte[]? TryOpen(ReadOnlySpan<byte> sealedBytes, string context)
    {
        if (sealedBytes.Length < Overhead)
            return null;
        var plain = new byte[sealedBytes.Length - Overhead];
        using var cipher = new AesGcm(_key, TagSize);
        try
        {
            cipher.Decrypt(sealedBytes[..NonceSize], sealedBytes[NonceSize..^TagSize], sealedBytes[^TagSize..], plain, Encoding.UTF8.GetBytes(context));
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
