using System.Security.Cryptography;

namespace Postern.Protocol.Recordings;

/// <summary>Goes through the chunks of a file and checks what can be checked without a key: lengths, hashes, the chain, the signature.</summary>
public sealed class ChunkScanner
{
    private readonly Stream _file;
    private readonly RecordingHeader _header;
    private readonly byte[] _last;
    private readonly byte[] _prefix = new byte[ChunkHeader.Size];
    private byte[] _chunk = [];
    private int _length;

    private ChunkScanner(Stream file, RecordingHeader header)
    {
        (_file, _header, GoodLength) = (file, header, header.Size);
        _last = [.. header.Hash];
    }

    /// <summary>Begins at the beginning.</summary>
    /// <exception cref="RecordingDamagedException">It is no recording, or its header was changed.</exception>
    public static async Task<ChunkScanner> OpenAsync(Stream file, CancellationToken cancellationToken)
        => new(file, await RecordingHeader.ReadAsync(file, cancellationToken).ConfigureAwait(false));

    public RecordingHeader Header => _header;

    /// <summary>Of the chunk read last.</summary>
    public ChunkHeader Chunk { get; private set; }

    /// <summary>The chunk read last as it is stored, its hash left out. Valid until the next is read.</summary>
    public ReadOnlyMemory<byte> Stored => _chunk.AsMemory(0, _length - RecordingFormat.HashSize);

    /// <summary>Hash of the chunk read last; before that, of the facts.</summary>
    public ReadOnlyMemory<byte> Hash => _last;

    /// <summary>Chunks read.</summary>
    public long Count { get; private set; }

    /// <summary>Bytes from the beginning up to which everything is good.</summary>
    public long GoodLength { get; private set; }

    /// <summary>The End and its signature have been read.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>The file ends within a chunk: it is still being written, or its gateway was killed.</summary>
    public bool IsCutOff { get; private set; }

    /// <summary>The next chunk; false at the end of the file.</summary>
    /// <exception cref="RecordingDamagedException">The chunk is not as the gateway wrote it, or not where it was.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        var got = await _file.ReadAtLeastAsync(_prefix, _prefix.Length, false, cancellationToken).ConfigureAwait(false);
        if (IsEnded && got > 0)
            throw new RecordingDamagedException(Count, "Bytes were added behind the recording's end.");
        if (got < _prefix.Length)
        {
            IsCutOff = got > 0;
            return false;
        }
        if (!ChunkHeader.TryRead(_prefix, out var header) || header.Index != Count)
            throw Damaged("its header cannot be right, or chunks are missing before it");
        var total = ChunkHeader.Size + header.Length + RecordingFormat.HashSize;
        if (_chunk.Length < total)
            _chunk = new byte[Math.Max(total, Math.Min(2 * total, ChunkHeader.Overhead + RecordingFormat.MaxEvents))];
        _prefix.CopyTo(_chunk, 0);
        if (await _file.ReadAtLeastAsync(_chunk.AsMemory(_prefix.Length, total - _prefix.Length), total - _prefix.Length, false, cancellationToken).ConfigureAwait(false) < total - _prefix.Length)
        {
            IsCutOff = true;
            return false;
        }
        _length = total;
        Check(header);
        var size = (long)total;
        if (header.Kind == ChunkKind.End)
        {
            if (!await CheckSignatureAsync(cancellationToken).ConfigureAwait(false))
                return false; // and the chunk may be read again, behind the one before it
            size += RecordingFormat.SignatureSize;
        }
        HashInChunk.CopyTo(_last);
        Chunk = header;
        Count++;
        GoodLength += size;
        return true;
    }

    private void Check(in ChunkHeader header)
    {
        Span<byte> actual = stackalloc byte[RecordingFormat.HashSize];
        SHA256.HashData(Stored.Span, actual);
        if (!actual.SequenceEqual(HashInChunk))
            throw Damaged("its content does not have its hash");
        if (!_last.AsSpan().SequenceEqual(_chunk.AsSpan(ChunkHeader.PreviousOffset, RecordingFormat.HashSize)))
            throw Damaged(header.Index == 0 ? "it does not follow this header" : "it does not follow the chunk before it: one of the two was replaced");
    }

    private Span<byte> HashInChunk => _chunk.AsSpan(_length - RecordingFormat.HashSize, RecordingFormat.HashSize);

    private async ValueTask<bool> CheckSignatureAsync(CancellationToken cancellationToken)
    {
        var signature = new byte[RecordingFormat.SignatureSize];
        if (await _file.ReadAtLeastAsync(signature, signature.Length, false, cancellationToken).ConfigureAwait(false) < signature.Length)
        {
            IsCutOff = true;
            return false;
        }
        if (!RecordingSignature.IsValid(_header.Facts.PublicKey, HashInChunk, signature))
            throw Damaged("the signature at the recording's end is not that of the key in its header");
        return IsEnded = true;
    }

    private RecordingDamagedException Damaged(string why) => new(Count, $"Chunk {Count} is not as it was written: {why}.");
}
