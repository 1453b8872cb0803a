using System.Runtime.InteropServices;

namespace Postern.Server.Hosting;

/// <summary>The limit of open files (RLIMIT_NOFILE): every connection is one.</summary>
internal static partial class OpenFiles
{
    private const int FileResource = 7; // RLIMIT_NOFILE of Linux
    private const long Most = 1 << 20, WhereUnknown = 1024;
    /// <summary>For the database, libraries and pipes of the process itself.</summary>
    private const long Reserve = 200;

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public nuint Soft, Hard;
    }

    /// <summary>What the process may have open now.</summary>
    public static long Allowed => OperatingSystem.IsLinux() && Get(FileResource, out var limit) == 0 ? (long)Math.Min(limit.Soft, (nuint)Most) : WhereUnknown;

    /// <summary>How many connections that leaves; at least some.</summary>
    public static long Connections => Math.Max(Reserve, Allowed - Reserve);

    /// <summary>Raises the soft limit, which is for programs that cannot handle many, to the hard one, which is the operator's.</summary>
    public static void Raise()
    {
        if (!OperatingSystem.IsLinux() || Get(FileResource, out var limit) != 0 || limit.Soft >= limit.Hard)
            return;
        limit.Soft = limit.Hard;
        Set(FileResource, in limit); // refused: the old limit stays, and is told at start
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int Get(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int Set(int resource, in Limit limit);
}
