using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Postern.Protocol.Recordings;

namespace Postern.Server.Recordings;

/// <summary>
/// The file of one recording. Whatever the disk does not take is written again at the same place, so that a file never holds half a chunk before a whole one. Used by
/// one thread at a time, and by another to flush.
/// </summary>
internal sealed partial class RecordingFile : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path;
    private readonly byte[]? _header;
    private readonly ChunkSealer _sealer;
    private SafeFileHandle? _handle;
    private bool _continues;

    private RecordingFile(string path, byte[]? header, ChunkSealer sealer, long length)
    {
        (_path, _header, _sealer, Length) = (path, header, sealer, length);
        _continues = header is null;
    }

    /// <summary>Bytes that are whole.</summary>
    public long Length { get; private set; }

    /// <summary>Of the last chunk.</summary>
    public string Hash => Convert.ToHexStringLower(_sealer.Hash);

    /// <summary>A new one; it is made with its first chunk.</summary>
    public static RecordingFile New(string path, RecordingFacts facts, RecordingKeys keys)
    {
        var dataKey = keys.NewDataKey(facts.SessionId, out var slot);
        var header = RecordingHeader.Write(facts with { KeyCommitment = KeySlot.CommitmentOf(dataKey), PublicKey = keys.PublicKey }, slot);
        var hash = header.AsSpan(header.Length - KeySlot.Size - RecordingFormat.HashSize, RecordingFormat.HashSize);
        return new RecordingFile(path, header, new ChunkSealer(dataKey, hash, 0), 0);
    }

    /// <summary>Goes on with what an earlier process left; what it left half written is written over.</summary>
    public static RecordingFile Continue(string path, byte[] dataKey, ReadOnlySpan<byte> hash, long chunks, long length)
        => new(path, null, new ChunkSealer(dataKey, hash, (uint)chunks), length);

    /// <exception cref="IOException">The disk did not take it; nothing counts as written.</exception>
    public void Append(ChunkBuffer chunk, byte[] scratch)
    {
        Open();
        var header = new ChunkHeader { Kind = ChunkKind.Data, Flags = _continues ? ChunkFlags.Continued : ChunkFlags.None, Time = chunk.Time, NextInput = chunk.NextInput, NextOutput = chunk.NextOutput };
        var length = _sealer.Seal(header, chunk.Events, scratch);
        RandomAccess.Write(_handle!, scratch.AsSpan(0, length), Length);
        _sealer.Written();
        Length += length;
        _continues = false;
    }

    /// <summary>Writes the end. The file is whole then.</summary>
    /// <exception cref="IOException">As of <see cref="Append"/>.</exception>
    public void End(RecordingEnd end, long time, RecordingKeys keys)
    {
        Open();
        var flags = (end.Unfinished ? ChunkFlags.Unfinished : ChunkFlags.None) | (_continues ? ChunkFlags.Continued : ChunkFlags.None);
        byte[] chunk;
        lock (keys.Signer) // used by one thread at a time
            chunk = _sealer.SealEnd(new ChunkHeader { Flags = flags, Time = time }, end, keys.Signer);
        RandomAccess.Write(_handle!, chunk, Length);
        RandomAccess.SetLength(_handle!, Length + chunk.Length); // what a failed write left behind
        _sealer.Written();
        Length += chunk.Length;
    }

    /// <summary>What was written is on the disk when this returns.</summary>
    public void Flush()
    {
        try
        {
            if (_handle is { IsClosed: false } handle)
                RandomAccess.FlushToDisk(handle);
        }
        catch (ObjectDisposedException)
        {
            return; // given up meanwhile
        }
    }

    /// <summary>The same for the whole file system, which costs no more when many files were written. False: only file by file.</summary>
    public bool TryFlushFileSystem()
    {
        if (_handle is not { IsClosed: false } handle || !OperatingSystem.IsLinux())
            return false;
        try
        {
            return FlushFileSystem(handle) == 0;
        }
        catch (ObjectDisposedException)
        {
            return false; // closed meanwhile
        }
    }

    [LibraryImport("libc", EntryPoint = "syncfs")]
    private static partial int FlushFileSystem(SafeFileHandle file);

    public void Dispose()
    {
        _handle?.Dispose();
        _sealer.Dispose();
    }

    private void Open()
    {
        if (_handle is not null)
            return;
        RecordingFolder.Make(Path.GetDirectoryName(_path)!);
        if (_header is null)
        {
            _handle = File.OpenHandle(_path, FileMode.Open, FileAccess.Write, FileShare.Read | FileShare.Delete);
            return;
        }
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.Read | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        var handle = new FileStream(_path, options).SafeFileHandle;
        try
        {
            RandomAccess.Write(handle, _header, 0);
        }
        catch (IOException)
        {
            handle.Dispose();
            throw;
        }
        (_handle, Length) = (handle, _header.Length);
    }
}
