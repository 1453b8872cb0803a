using System.Runtime.InteropServices;

namespace Postern.Bench.Fleet;

/// <summary>The limit of open files (RLIMIT_NOFILE): every connection is one.</summary>
internal static partial class OpenFiles
{
    private const int FileResource = 7; // RLIMIT_NOFILE of Linux

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public nuint Soft, Hard;
    }

    /// <summary>Raises the soft limit to the hard one, as any process may; returns what it is now.</summary>
    public static long Raise()
    {
        if (Get(FileResource, out var limit) != 0)
            return 0;
        limit.Soft = limit.Hard;
        Set(FileResource, in limit);
        Get(FileResource, out limit);
        return (long)Math.Min(limit.Soft, long.MaxValue);
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int Get(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int Set(int resource, in Limit limit);
}
