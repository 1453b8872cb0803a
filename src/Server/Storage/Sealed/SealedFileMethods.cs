using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Postern.Server.Storage.Sealed;

/// <summary>
/// What SQLite calls on a sealed file: bytes go through <see cref="SealedFile"/>, all else to the file below. Nothing may be thrown into SQLite, which is not written in a
/// language that knows how to go on then; so everything is caught here, and is an I/O error to it.
/// </summary>
internal static unsafe class SealedFileMethods
{
    /// <summary>As long as the process lives.</summary>
    public static readonly NativeFileMethods* Table = Make();

    public static NativeFile* Below(NativeFile* file) => file + 1;

    private static NativeFileMethods* Make()
    {
        var table = (NativeFileMethods*)NativeMemory.AllocZeroed((nuint)sizeof(NativeFileMethods));
        table->Version = 2;
        table->Close = &Close;
        table->Read = &Read;
        table->Write = &Write;
        table->Truncate = &Truncate;
        table->Sync = &Sync;
        table->FileSize = &FileSize;
        table->Lock = &Lock;
        table->Unlock = &Unlock;
        table->CheckReservedLock = &CheckReservedLock;
        table->FileControl = &FileControl;
        table->SectorSize = &SectorSize;
        table->DeviceCharacteristics = &DeviceCharacteristics;
        table->SharedMap = &SharedMap;
        table->SharedLock = &SharedLock;
        table->SharedBarrier = &SharedBarrier;
        table->SharedUnmap = &SharedUnmap;
        return table;
    }

    private static SealedFile Of(NativeFile* file) => (SealedFile)GCHandle.FromIntPtr(file->Handle).Target!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(NativeFile* file)
    {
        Of(file).Dispose();
        GCHandle.FromIntPtr(file->Handle).Free();
        return Below(file)->Methods->Close(Below(file));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(NativeFile* file, byte* into, int count, long offset)
    {
        try
        {
            return Of(file).Read(new Span<byte>(into, count), offset);
        }
        catch (Exception)
        {
            return SqliteCode.Failed;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(NativeFile* file, byte* from, int count, long offset)
    {
        try
        {
            return Of(file).Write(new ReadOnlySpan<byte>(from, count), offset);
        }
        catch (Exception)
        {
            return SqliteCode.Failed;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Truncate(NativeFile* file, long length)
    {
        try
        {
            return Of(file).Truncate(length);
        }
        catch (Exception)
        {
            return SqliteCode.Failed;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FileSize(NativeFile* file, long* length)
    {
        var code = Of(file).Length(out var found);
        *length = found;
        return code;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sync(NativeFile* file, int flags) => Below(file)->Methods->Sync(Below(file), flags);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Lock(NativeFile* file, int level) => Below(file)->Methods->Lock(Below(file), level);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Unlock(NativeFile* file, int level) => Below(file)->Methods->Unlock(Below(file), level);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CheckReservedLock(NativeFile* file, int* found) => Below(file)->Methods->CheckReservedLock(Below(file), found);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FileControl(NativeFile* file, int operation, void* argument)
    {
        const int sizeHint = 5, chunkSize = 6, notFound = 12; // lengths of the file as it is stored, which SQLite does not know
        return operation is sizeHint or chunkSize ? notFound : Below(file)->Methods->FileControl(Below(file), operation, argument);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int SectorSize(NativeFile* file) => Below(file)->Methods->SectorSize(Below(file));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int DeviceCharacteristics(NativeFile* file)
    {
        const int atomic = 0x1FF, batchAtomic = 0x4000; // not for what is longer than a page
        return Below(file)->Methods->DeviceCharacteristics(Below(file)) & ~(atomic | batchAtomic);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int SharedMap(NativeFile* file, int region, int size, int extend, void** memory) => Below(file)->Methods->SharedMap(Below(file), region, size, extend, memory);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int SharedLock(NativeFile* file, int offset, int count, int flags) => Below(file)->Methods->SharedLock(Below(file), offset, count, flags);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void SharedBarrier(NativeFile* file) => Below(file)->Methods->SharedBarrier(Below(file));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int SharedUnmap(NativeFile* file, int delete) => Below(file)->Methods->SharedUnmap(Below(file), delete);
}
