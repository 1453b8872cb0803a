using System.Security.Cryptography;
using System.Text;

namespace Postern.Server.Iam;

/// <summary>AES-256-GCM with a key of its own purpose. Sealed form: nonce (12) · ciphertext · tag (16).</summary>
internal sealed class Sealer(MasterKey master, string purpose)
{
    private const int NonceSize = 12, TagSize = 16;
    public const int Overhead = NonceSize + TagSize;

    private readonly byte[][] _keys = master.DeriveAll(purpose);

    /// <summary>Seals with the current key.</summary>
    /// <param name="plain">What to seal.</param>
    /// <param name="context">Not hidden but bound: opening needs the same (the id of the row, so that sealed values cannot be swapped).</param>
    public byte[] Seal(ReadOnlySpan<byte> plain, string context)
    {
        var result = new byte[Overhead + plain.Length];
        var nonce = result.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(_keys[0], TagSize);
        cipher.Encrypt(nonce, plain, result.AsSpan(NonceSize, plain.Length), result.AsSpan(NonceSize + plain.Length), Encoding.UTF8.GetBytes(context));
        return result;
    }

    /// <summary>Null when it was not sealed with any of the keys and this context.</summary>
    public byte[]? TryOpen(ReadOnlySpan<byte> sealedBytes, string context) => TryOpen(sealedBytes, context, out _);

    /// <inheritdoc cref="TryOpen(ReadOnlySpan{byte}, string)"/>
    /// <param name="sealedBytes">Of any origin.</param>
    /// <param name="context">As it was sealed with.</param>
    /// <param name="generation">Of the key that opened it: 0 for the current one.</param>
    public byte[]? TryOpen(ReadOnlySpan<byte> sealedBytes, string context, out int generation)
    {
        generation = 0;
        if (sealedBytes.Length < Overhead)
            return null;
        var bound = Encoding.UTF8.GetBytes(context);
        for (; generation < _keys.Length; generation++)
            if (TryOpen(_keys[generation], sealedBytes, bound) is { } plain)
                return plain;
        return null;
    }

    private static byte[]? TryOpen(byte[] key, ReadOnlySpan<byte> sealedBytes, byte[] bound)
    {
        var plain = new byte[sealedBytes.Length - Overhead];
        using var cipher = new AesGcm(key, TagSize);
        try
        {
            cipher.Decrypt(sealedBytes[..NonceSize], sealedBytes[NonceSize..^TagSize], sealedBytes[^TagSize..], plain, bound);
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
