using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Postern.Protocol.Recordings;

/// <summary>
/// Where the key of a recording stands in its file: sealed by its gateway, or in clear in a copy that was handed out. What the chunks are sealed with is in the
/// facts as a commitment.
/// <code>
/// 0   1  kind: 1 sealed, 2 in clear
/// 1   1  L, length of the content
/// 2   2  zero
/// 4   L  content: AES-256-GCM nonce (12), key (32), tag (16), bound to the session id; or the key; then zeros
/// 64 32  SHA-256 of all above
/// </code>
/// </summary>
public static class KeySlot
{
    public const int Size = 96;
    private const int Content = 4, Check = 64, SealedSize = RecordingFormat.NonceSize + RecordingFormat.DataKeySize + RecordingFormat.TagSize;
    private const byte Sealed = 1, Clear = 2;

    /// <summary>Of the data key, for the facts.</summary>
    public static string CommitmentOf(ReadOnlySpan<byte> dataKey) => Convert.ToHexStringLower(SHA256.HashData(dataKey));

    public static byte[] WriteSealed(ReadOnlySpan<byte> sealingKey, ReadOnlySpan<byte> dataKey, string sessionId)
    {
        var slot = new byte[Size];
        var content = slot.AsSpan(Content, SealedSize);
        var nonce = content[..RecordingFormat.NonceSize];
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(sealingKey, RecordingFormat.TagSize);
        cipher.Encrypt(nonce, dataKey, content.Slice(RecordingFormat.NonceSize, RecordingFormat.DataKeySize), content[^RecordingFormat.TagSize..], Encoding.UTF8.GetBytes(sessionId));
        return Finish(slot, Sealed, SealedSize);
    }

    public static byte[] WriteClear(ReadOnlySpan<byte> dataKey)
    {
        var slot = new byte[Size];
        dataKey.CopyTo(slot.AsSpan(Content));
        return Finish(slot, Clear, RecordingFormat.DataKeySize);
    }

    public static bool IsWhole(ReadOnlySpan<byte> slot)
        => slot.Length == Size && SHA256.HashData(slot[..Check]).AsSpan().SequenceEqual(slot[Check..]) && (slot[0], slot[1]) is (Sealed, SealedSize) or (Clear, RecordingFormat.DataKeySize);

    public static bool IsClear(ReadOnlySpan<byte> slot) => slot[0] == Clear;

    /// <summary>The key; null when it cannot be opened with this sealing key, or is not the one that the facts commit to.</summary>
    /// <param name="slot">Whole.</param>
    /// <param name="facts">Of the same file.</param>
    /// <param name="sealingKey">The gateway's; empty: only a key in clear is read.</param>
    public static byte[]? Open(ReadOnlySpan<byte> slot, RecordingFacts facts, ReadOnlySpan<byte> sealingKey)
    {
        var key = new byte[RecordingFormat.DataKeySize];
        if (IsClear(slot))
            slot.Slice(Content, key.Length).CopyTo(key);
        else if (sealingKey.IsEmpty || !TryOpen(slot.Slice(Content, SealedSize), facts.SessionId, sealingKey, key))
            return null;
        return CommitmentOf(key) == facts.KeyCommitment ? key : null;
    }

    private static bool TryOpen(ReadOnlySpan<byte> content, string sessionId, ReadOnlySpan<byte> sealingKey, Span<byte> key)
    {
        using var cipher = new AesGcm(sealingKey, RecordingFormat.TagSize);
        try
        {
            cipher.Decrypt(content[..RecordingFormat.NonceSize], content.Slice(RecordingFormat.NonceSize, key.Length), content[^RecordingFormat.TagSize..], key, Encoding.UTF8.GetBytes(sessionId));
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    private static byte[] Finish(byte[] slot, byte kind, int length)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(slot, (ushort)(kind | length << 8));
        SHA256.HashData(slot.AsSpan(0, Check), slot.AsSpan(Check));
        return slot;
    }
}
