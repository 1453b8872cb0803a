namespace Postern.Protocol.Recordings;

/// <summary>
/// A recording, as it is stored. All integers are little-endian. <c>docs/protocol/recording.md</c> says the same for who writes a reader of his own.
/// <code>
/// 0    8   Magic "POSTREC", then 1, the version
/// 8    4   F, length of the facts
/// 12   F   facts, JSON (RecordingFacts)
///     32   SHA-256 of all above
///     96   key slot (KeySlot): outside of every hash, so that a copy can carry another one
/// then chunks (ChunkHeader), the last of kind End, followed by
///     64   ECDSA P-256 signature (r, s) over SignedText and the hash of the End chunk
/// </code>
/// </summary>
public static class RecordingFormat
{
    public const int HashSize = 32, TagSize = 16, NonceSize = 12, DataKeySize = 32, SignatureSize = 64;
    /// <summary>Bytes before the facts.</summary>
    public const int PrefixSize = 12;
    public const int MaxFacts = 64 * 1024;
    /// <summary>Events of one chunk, bytes before sealing. The gateway closes a chunk long before.</summary>
    public const int MaxEvents = 512 * 1024;
    /// <summary>Bytes of one event: a statement, whose text may be six times as long in JSON.</summary>
    public const int MaxEvent = 440 * 1024;

    public static ReadOnlySpan<byte> Magic => "POSTREC\x01"u8;

    /// <summary>Stands before the hash in what is signed, so that the key can never be made to sign something else.</summary>
    public static ReadOnlySpan<byte> SignedText => "postern recording 1\n"u8;
}
