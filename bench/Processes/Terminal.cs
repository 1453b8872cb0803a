using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Postern.Bench.Processes;

/// <summary>A pseudo-terminal: what is written to it is typed, what is read from it stands on the screen.</summary>
internal static partial class Terminal
{
    private const int ReadWrite = 2, NoControllingTerminal = 0x100, CloseOnExec = 0x80000;
    private const int MaxNameBytes = 64;

    /// <summary>The person's side of a new terminal, and the path of the program's side.</summary>
    public static (FileStream Screen, string Path) Open()
    {
        var master = Check(OpenMaster(ReadWrite | NoControllingTerminal | CloseOnExec), "posix_openpt");
        var screen = new FileStream(new SafeFileHandle(master, ownsHandle: true), FileAccess.ReadWrite, bufferSize: 0);
        Check(Grant(master), "grantpt");
        Check(Unlock(master), "unlockpt");
        var name = new byte[MaxNameBytes];
        Check(NameOf(master, name, MaxNameBytes), "ptsname_r");
        return (screen, Encoding.ASCII.GetString(name, 0, Array.IndexOf(name, (byte)0)));
    }

    private static int Check(int result, string call) =>
        result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{call} failed");

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    private static partial int OpenMaster(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt", SetLastError = true)]
    private static partial int Grant(int master);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    private static partial int Unlock(int master);

    [LibraryImport("libc", EntryPoint = "ptsname_r", SetLastError = true)]
    private static partial int NameOf(int master, byte[] name, nuint length);
}
