using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Postern.Conformance.Support;

/// <summary>The few system calls that the class library lacks: signals and pseudo-terminals.</summary>
internal static partial class Native
{
    public const int SigInt = 2, SigKill = 9, SigTerm = 15, SigContinue = 18, SigStop = 19;
    private const int ReadWrite = 2, NoControllingTerminal = 0x100, CloseOnExec = 0x80000;
    private const nuint SetWindowSize = 0x5414;
    private const int MaxNameBytes = 64;

    /// <summary>Sends a signal; a process that is gone already is no error.</summary>
    public static void Signal(int processId, int signal) => Kill(processId, signal);

    /// <summary>Opens a pseudo-terminal: the descriptor of its master side and the path of the other side.</summary>
    public static (int Master, string Path) OpenTerminal()
    {
        var master = Check(OpenMaster(ReadWrite | NoControllingTerminal | CloseOnExec), "posix_openpt");
        Check(Grant(master), "grantpt");
        Check(Unlock(master), "unlockpt");
        var name = new byte[MaxNameBytes];
        Check(NameOf(master, name, MaxNameBytes), "ptsname_r");
        return (master, System.Text.Encoding.ASCII.GetString(name, 0, Array.IndexOf(name, (byte)0)));
    }

    public static void Resize(int master, ushort columns, ushort rows)
    {
        var size = new WindowSize { Rows = rows, Columns = columns };
        Check(Control(master, SetWindowSize, in size), "ioctl TIOCSWINSZ");
    }

    private static int Check(int result, string call) =>
        result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{call} failed");

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    private static partial int OpenMaster(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt", SetLastError = true)]
    private static partial int Grant(int master);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    private static partial int Unlock(int master);

    [LibraryImport("libc", EntryPoint = "ptsname_r", SetLastError = true)]
    private static partial int NameOf(int master, byte[] name, nuint length);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int descriptor, nuint request, in WindowSize size);

    [StructLayout(LayoutKind.Sequential)]
    private struct WindowSize
    {
        public ushort Rows, Columns, PixelsAcross, PixelsDown;
    }
}
