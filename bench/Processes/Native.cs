using System.Runtime.InteropServices;

namespace Postern.Bench.Processes;

internal static partial class Native
{
    public const int SigInt = 2, SigKill = 9, SigTerm = 15, SigContinue = 18, SigStop = 19;
    private const int ClockTicks = 2; // _SC_CLK_TCK

    public static double TicksPerSecond { get; } = SystemConfiguration(ClockTicks);

    /// <summary>A process that is gone already is no error.</summary>
    public static void Signal(int processId, int signal) => Kill(processId, signal);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "sysconf")]
    private static partial nint SystemConfiguration(int name);
}
