using System.Security.Cryptography;
using System.Text.Json;

namespace Postern.Protocol.Recordings;

/// <summary>Reads a recording, checking it on the way. A file still being written is read up to its last whole chunk; read on later.</summary>
public sealed class RecordingReader : IDisposable
{
    private readonly ChunkScanner _scanner;
    private readonly byte[] _key;
    private readonly AesGcm _cipher;
    private byte[] _events = [];
    private int _length;

    private RecordingReader(ChunkScanner scanner, byte[] dataKey)
    {
        _scanner = scanner;
        _key = dataKey;
        _cipher = new AesGcm(dataKey, RecordingFormat.TagSize);
    }

    /// <param name="file">From its beginning. Not closed.</param>
    /// <param name="sealingKey">The gateway's; empty for a copy that carries its key.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="RecordingDamagedException">It is no recording, its header was changed, or its key cannot be opened.</exception>
    public static async Task<RecordingReader> OpenAsync(Stream file, ReadOnlyMemory<byte> sealingKey, CancellationToken cancellationToken)
    {
        var scanner = await ChunkScanner.OpenAsync(file, cancellationToken).ConfigureAwait(false);
        var key = KeySlot.Open(scanner.Header.Slot, scanner.Header.Facts, sealingKey.Span)
            ?? throw new RecordingDamagedException(-1, KeySlot.IsClear(scanner.Header.Slot)
                ? "The key in the header is not the one the recording was sealed with."
                : "The recording is sealed and its key cannot be opened here. Ask its gateway for a copy: postern recordings export.");
        return new RecordingReader(scanner, key);
    }

    /// <summary>One of the gateway's own files: sealed with its key, and of this session. Whoever can only write to the disk can put no other in its place.</summary>
    /// <param name="file">From its beginning. Not closed.</param>
    /// <param name="sealingKey">The gateway's.</param>
    /// <param name="sessionId">Whose recording it has to be.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="RecordingDamagedException">As above; or it is not the gateway's, or another session's.</exception>
    public static async Task<RecordingReader> OpenOwnAsync(Stream file, ReadOnlyMemory<byte> sealingKey, string sessionId, CancellationToken cancellationToken)
    {
        var reader = await OpenAsync(file, sealingKey, cancellationToken).ConfigureAwait(false);
        if (!KeySlot.IsClear(reader.Header.Slot) && reader.Facts.SessionId == sessionId)
            return reader;
        reader.Dispose();
        throw new RecordingDamagedException(-1, reader.Facts.SessionId == sessionId ? "The file carries its key in clear: it is a copy, which anybody may have made." : "The file holds the recording of another session.");
    }

    public RecordingFacts Facts => _scanner.Header.Facts;

    /// <summary>Of the chunk read last.</summary>
    public ChunkHeader Chunk => _scanner.Chunk;

    /// <summary>Once it was read: how the recording ended. Null: it has no end yet.</summary>
    public RecordingEnd? End { get; private set; }

    /// <summary>Data chunks and the End; bytes that are whole.</summary>
    public (long Chunks, long Bytes) Read => (_scanner.Count, _scanner.GoodLength);

    /// <summary>The key of this recording: for a copy whose slot has it in clear, or to go on with the file.</summary>
    public byte[] CopyKey() => [.. _key];

    /// <summary>Of the header.</summary>
    public RecordingHeader Header => _scanner.Header;

    public ReadOnlyMemory<byte> Hash => _scanner.Hash;

    /// <summary>The events of the chunk read last. Valid until the next is read.</summary>
    public EventReader Events => new(_scanner.Chunk, _events.AsSpan(0, _length));

    /// <summary>The next chunk of events; false after the last.</summary>
    /// <exception cref="RecordingDamagedException">The chunk is not as the gateway wrote it.</exception>
    public async ValueTask<bool> ReadChunkAsync(CancellationToken cancellationToken)
    {
        _length = 0;
        if (End is not null || !await _scanner.ReadAsync(cancellationToken).ConfigureAwait(false))
            return false;
        Open(_scanner.Stored.Span);
        if (_scanner.Chunk.Kind == ChunkKind.Data)
            return true;
        try
        {
            End = JsonSerializer.Deserialize(_events.AsSpan(0, _length), RecordingsJsonContext.Default.RecordingEnd);
        }
        catch (JsonException e)
        {
            throw new RecordingDamagedException(_scanner.Chunk.Index, $"The recording's end cannot be read: {e.Message}");
        }
        _length = 0;
        return false;
    }

    public void Dispose() => _cipher.Dispose();

    private void Open(ReadOnlySpan<byte> stored)
    {
        var length = stored.Length - ChunkHeader.Size - RecordingFormat.TagSize;
        if (_events.Length < length)
            _events = new byte[Math.Max(length, Math.Min(2 * length, RecordingFormat.MaxEvents))];
        try
        {
            _cipher.Decrypt(stored.Slice(ChunkHeader.NonceOffset, RecordingFormat.NonceSize), stored.Slice(ChunkHeader.Size, length), stored[^RecordingFormat.TagSize..],
                _events.AsSpan(0, length), stored[..ChunkHeader.Size]);
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new RecordingDamagedException(_scanner.Chunk.Index, $"Chunk {_scanner.Chunk.Index} was not sealed with the recording's key.");
        }
        _length = length;
    }
}
