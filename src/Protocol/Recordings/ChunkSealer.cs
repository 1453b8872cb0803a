using System.Security.Cryptography;
using System.Text.Json;

namespace Postern.Protocol.Recordings;

/// <summary>Makes the chunks of one recording, each bound to the one before. A chunk counts as written only when <see cref="Written"/> is called: one that the disk did not take is sealed again.</summary>
public sealed class ChunkSealer : IDisposable
{
    private readonly AesGcm _cipher;
    private readonly byte[] _previous;
    private readonly byte[] _hash = new byte[RecordingFormat.HashSize];

    /// <param name="dataKey">Of this recording.</param>
    /// <param name="previous">Hash of the facts, or of the chunk after which to go on.</param>
    /// <param name="index">Of the next chunk.</param>
    public ChunkSealer(ReadOnlySpan<byte> dataKey, ReadOnlySpan<byte> previous, uint index)
    {
        _cipher = new AesGcm(dataKey, RecordingFormat.TagSize);
        _previous = previous.ToArray();
        Index = index;
    }

    /// <summary>Of the next chunk.</summary>
    public uint Index { get; private set; }

    /// <summary>Hash of the last chunk written.</summary>
    public ReadOnlySpan<byte> Hash => _previous;

    /// <summary>Seals events. Returns the length of the chunk, <see cref="ChunkHeader.Overhead"/> more than the events have.</summary>
    /// <param name="header">Kind, flags, time and numbers; the rest is filled in.</param>
    /// <param name="events">At most <see cref="RecordingFormat.MaxEvents"/> bytes.</param>
    /// <param name="destination">Takes the chunk.</param>
    public int Seal(ChunkHeader header, ReadOnlySpan<byte> events, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(events.Length, RecordingFormat.MaxEvents);
        var chunk = destination[..(ChunkHeader.Overhead + events.Length)];
        (header with { Index = Index, Length = events.Length + RecordingFormat.TagSize }).Write(chunk);
        // At random: a chunk that was sealed and lost must not share its nonce with what takes its place.
        var nonce = chunk.Slice(ChunkHeader.NonceOffset, RecordingFormat.NonceSize);
        RandomNumberGenerator.Fill(nonce);
        _previous.CopyTo(chunk[ChunkHeader.PreviousOffset..]);
        var body = chunk.Slice(ChunkHeader.Size, events.Length);
        var tag = chunk.Slice(ChunkHeader.Size + events.Length, RecordingFormat.TagSize);
        _cipher.Encrypt(nonce, events, body, tag, chunk[..ChunkHeader.Size]);
        SHA256.HashData(chunk[..^RecordingFormat.HashSize], _hash);
        _hash.CopyTo(chunk[^RecordingFormat.HashSize..]);
        return chunk.Length;
    }

    /// <summary>The last chunk and its signature.</summary>
    public byte[] SealEnd(ChunkHeader header, RecordingEnd end, ECDsa signer)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(end, RecordingsJsonContext.Default.RecordingEnd);
        var sealedEnd = new byte[ChunkHeader.Overhead + body.Length + RecordingFormat.SignatureSize];
        Seal(header with { Kind = ChunkKind.End }, body, sealedEnd);
        RecordingSignature.Sign(signer, _hash, sealedEnd.AsSpan(^RecordingFormat.SignatureSize..));
        return sealedEnd;
    }

    /// <summary>The chunk sealed last is in the file.</summary>
    public void Written()
    {
        _hash.CopyTo(_previous, 0);
        Index++;
    }

    public void Dispose() => _cipher.Dispose();
}
