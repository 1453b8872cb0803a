using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Postern.Protocol.Recordings;

namespace Postern.Server.Recordings;

/// <summary>
/// The file of one recording. Whatever the disk does not take is written again at the same place, so that a file never holds half a chunk before a whole one. It is open only
/// while something is written: most sessions do nothing most of the time. One thread writes, another flushes.
/// </summary>
internal sealed partial class RecordingFile : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Lock _lock = new(); // of the handle
    private readonly string _path;
    private readonly Func<RecordingFacts>? _facts;
    private readonly RecordingKeys _keys;
    private ChunkSealer? _sealer;
    private byte[]? _header; // to be written yet
    private SafeFileHandle? _handle;
    private bool _continues, _untouched, _disposed;
    private bool _entered; // its folders know of it, on the disk

    private RecordingFile(string path, RecordingKeys keys, Func<RecordingFacts>? facts, ChunkSealer? sealer, long length)
    {
        (_path, _keys, _facts, _sealer, Length) = (path, keys, facts, sealer, length);
        _continues = _untouched = sealer is not null;
    }

    /// <summary>Bytes that are whole.</summary>
    public long Length { get; private set; }

    /// <summary>Of the last chunk.</summary>
    public string Hash => _sealer is null ? "" : Convert.ToHexStringLower(_sealer.Hash);

    /// <summary>A new one; it is made with its first chunk.</summary>
    public static RecordingFile New(string path, Func<RecordingFacts> facts, RecordingKeys keys) => new(path, keys, facts, null, 0);

    /// <summary>Goes on with what an earlier process left; what it left half written is cut off before anything is written.</summary>
    public static RecordingFile Continue(string path, RecordingKeys keys, byte[] dataKey, ReadOnlySpan<byte> hash, long chunks, long length)
        => new(path, keys, null, new ChunkSealer(dataKey, hash, (uint)chunks), length);

    /// <exception cref="IOException">The disk did not take it; nothing counts as written.</exception>
    public void Append(ChunkBuffer chunk, byte[] scratch)
    {
        lock (_lock)
        {
            var handle = Open();
            var header = new ChunkHeader { Kind = ChunkKind.Data, Flags = _continues ? ChunkFlags.Continued : ChunkFlags.None, Time = chunk.Time, NextInput = chunk.NextInput, NextOutput = chunk.NextOutput };
            var length = _sealer!.Seal(header, chunk.Events, scratch);
            RandomAccess.Write(handle, scratch.AsSpan(0, length), Length);
            _sealer.Written();
            Length += length;
            _continues = false;
        }
    }

    /// <summary>Writes the end. The file is whole then.</summary>
    /// <exception cref="IOException">As of <see cref="Append"/>.</exception>
    public void End(RecordingEnd end, long time)
    {
        lock (_lock)
        {
            var handle = Open();
            var flags = (end.Unfinished ? ChunkFlags.Unfinished : ChunkFlags.None) | (_continues ? ChunkFlags.Continued : ChunkFlags.None);
            byte[] chunk;
            lock (_keys.Signer) // used by one thread at a time
                chunk = _sealer!.SealEnd(new ChunkHeader { Flags = flags, Time = time }, end, _keys.Signer);
            RandomAccess.Write(handle, chunk, Length);
            RandomAccess.SetLength(handle, Length + chunk.Length); // what a failed write left behind
            _sealer.Written();
            Length += chunk.Length;
        }
    }

    /// <summary>What was written is on the disk when this returns, also what an earlier process wrote: what is read from the kernel's memory need not be there.</summary>
    /// <exception cref="IOException">It is not.</exception>
    public void Flush()
    {
        lock (_lock)
            if (_untouched && !_disposed)
                Open();
        WithHandle(static handle => RandomAccess.FlushToDisk(handle));
        if (_entered || !OperatingSystem.IsLinux())
            return;
        // A file is lost in a power cut all the same as long as the folder does not name it, nor that folder's folder it: day, month, year, recordings.
        for (var (folder, levels) = (Path.GetDirectoryName(_path), 4); folder is not null && levels > 0; (folder, levels) = (Path.GetDirectoryName(folder), levels - 1))
            FlushFolder(folder);
        _entered = true;
    }

    /// <summary>The same for the whole file system, which costs no more when many files were written. False: only file by file.</summary>
    public bool TryFlushFileSystem()
    {
        var done = false;
        if (OperatingSystem.IsLinux())
            WithHandle(handle => done = FlushFileSystem(handle) == 0);
        _entered |= done;
        return done;
    }

    /// <summary>Closes the file until something is written again, unless something was since.</summary>
    /// <param name="length">Up to which it was flushed.</param>
    public void Rest(long length)
    {
        lock (_lock)
        {
            if (Length != length)
                return;
            _handle?.Dispose();
            _handle = null;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _handle?.Dispose();
            _handle = null;
            _sealer?.Dispose();
        }
    }

    /// <exception cref="IOException">It could not be.</exception>
    private static void FlushFolder(string folder)
    {
        const int closeOnExec = 0x80000;
        using var handle = OpenFolder(folder, closeOnExec);
        if (handle.IsInvalid || FlushFolder(handle) != 0)
            throw new IOException($"{folder} cannot be flushed: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenFolder(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FlushFolder(SafeFileHandle folder);

    [LibraryImport("libc", EntryPoint = "syncfs")]
    private static partial int FlushFileSystem(SafeFileHandle file);

    /// <summary>Not under the lock: a flush takes long, and writing goes on meanwhile.</summary>
    private void WithHandle(Action<SafeFileHandle> use)
    {
        SafeFileHandle? handle;
        lock (_lock)
            handle = _handle;
        try
        {
            if (handle is not null)
                use(handle);
        }
        catch (ObjectDisposedException)
        {
            return; // given up meanwhile
        }
    }

    private SafeFileHandle Open()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_handle is not null)
            return _handle;
        if (_sealer is null)
            Prepare();
        if (_header is null)
        {
            var handle = File.OpenHandle(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            if (_untouched)
                CutOff(handle);
            return _handle = handle;
        }
        RecordingFolder.Make(Path.GetDirectoryName(_path)!);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using var file = new FileStream(_path, options);
        file.Write(_header);
        (Length, _header) = (_header.Length, null);
        return _handle = File.OpenHandle(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
    }

    /// <summary>Half a chunk, over whose beginning a smaller one is written, would be what no reader understands.</summary>
    private void CutOff(SafeFileHandle handle)
    {
        try
        {
            if (RandomAccess.GetLength(handle) > Length)
                RandomAccess.SetLength(handle, Length);
            _untouched = false;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private void Prepare()
    {
        var facts = _facts!();
        var dataKey = _keys.NewDataKey(facts.SessionId, out var slot);
        _header = RecordingHeader.Write(facts with { KeyCommitment = KeySlot.CommitmentOf(dataKey), PublicKey = _keys.PublicKey }, slot);
        _sealer = new ChunkSealer(dataKey, _header.AsSpan(_header.Length - KeySlot.Size - RecordingFormat.HashSize, RecordingFormat.HashSize), 0);
    }
}
