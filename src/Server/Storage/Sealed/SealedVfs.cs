using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Postern.Server.Storage.Sealed;

/// <summary>
/// A file system for SQLite in which everything stands sealed: the database, its log, its journal and whatever it puts aside. It lies over SQLite's own, which locks and flushes.
/// The -shm file beside a log is SQLite's memory, which has numbers of pages and no content.
/// </summary>
internal static unsafe partial class SealedVfs
{
    private const string Library = "e_sqlite3";
    private const int MainDatabase = 0x100, MainJournal = 0x800, Log = 0x80000, CannotOpen = 14;

    private static readonly ConcurrentDictionary<nint, byte[]> Keys = new();
    private static readonly NativeVfs* System = Find(null);
    private static int _count;

    /// <summary>Makes one, for as long as the process lives: SQLite may use it until the last connection is closed.</summary>
    /// <param name="key">32 bytes; copied.</param>
    /// <returns>Its name, for connection strings.</returns>
    public static string Register(ReadOnlySpan<byte> key)
    {
        if (System is null || System->Version < 3)
            throw new DatabaseException("This build of SQLite has no file system to seal files in.");
        var name = $"postern-sealed-{Interlocked.Increment(ref _count)}";
        var vfs = (NativeVfs*)NativeMemory.Alloc(NativeVfs.Size);
        NativeMemory.Copy(System, vfs, NativeVfs.Size);
        vfs->FileSize = System->FileSize + sizeof(NativeFile);
        vfs->Next = null;
        vfs->Name = (byte*)Marshal.StringToCoTaskMemUTF8(name);
        vfs->Open = &Open;
        Keys[(nint)vfs] = key.ToArray();
        if (Register(vfs, 0) is var code and not SqliteCode.Ok)
            throw new DatabaseException($"SQLite did not take the file system for sealed files: result {code}.");
        return name;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(NativeVfs* vfs, byte* path, NativeFile* file, int flags, int* given)
    {
        file->Methods = null; // unless it is open, SQLite does not close it
        var below = SealedFileMethods.Below(file);
        below->Methods = null;
        var code = System->Open(System, path, below, flags, given);
        if (code == SqliteCode.Ok)
        {
            try
            {
                file->Handle = GCHandle.ToIntPtr(GCHandle.Alloc(new SealedFile(new RawFile(below), KeyOf(vfs, flags), RoleOf(flags))));
                file->Methods = SealedFileMethods.Table;
                return SqliteCode.Ok;
            }
            catch (Exception)
            {
                code = CannotOpen; // see SealedFileMethods
            }
        }
        if (below->Methods is not null)
            below->Methods->Close(below);
        return code;
    }

    private static SealedRole RoleOf(int flags) => (flags & (MainDatabase | MainJournal | Log)) switch
    {
        MainDatabase => SealedRole.Database,
        MainJournal => SealedRole.Journal,
        Log => SealedRole.Log,
        _ => SealedRole.Temporary,
    };

    // What is read only by who wrote it gets a key that nobody else has.
    private static byte[] KeyOf(NativeVfs* vfs, int flags) => RoleOf(flags) == SealedRole.Temporary ? RandomNumberGenerator.GetBytes(32) : Keys[(nint)vfs];

    [LibraryImport(Library, EntryPoint = "sqlite3_vfs_find")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial NativeVfs* Find(byte* name);

    [LibraryImport(Library, EntryPoint = "sqlite3_vfs_register")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int Register(NativeVfs* vfs, int makeDefault);
}
