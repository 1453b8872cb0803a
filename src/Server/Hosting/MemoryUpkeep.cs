using System.Runtime.InteropServices;

namespace Postern.Server.Hosting;

/// <summary>
/// Gives memory back to the system when it has become quiet after work. Neither happens by itself in a process that has little to do:
/// the C library keeps what OpenSSL and SQLite freed, in pieces between what they still use, several times as much as that;
/// garbage is collected when more is allocated.
/// </summary>
internal sealed partial class MemoryUpkeep(TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    /// <summary>Not while there is work: a collection stops everything for some tenths of a second when there are ten thousand nodes.</summary>
    private const double QuietCores = 0.25;
    /// <summary>Processor time since free pages were last returned: about what they are worth looking for again, which takes milliseconds.</summary>
    private static readonly TimeSpan WorthWork = TimeSpan.FromSeconds(2);
    /// <summary>Growth that is worth a collection: this much, and an eighth of what there was.</summary>
    private const long WorthBytes = 16 * 1024 * 1024, WorthShare = 8;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        var (cpu, trimmed, least) = (Environment.CpuUsage.TotalTime, TimeSpan.Zero, Environment.WorkingSet);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var before = cpu;
            cpu = Environment.CpuUsage.TotalTime;
            if (cpu - before > Interval * QuietCores || cpu - trimmed < WorthWork)
                continue;
            ReturnFreePages();
            least = Math.Min(least, Environment.WorkingSet);
            if (Environment.WorkingSet > least + WorthBytes + least / WorthShare)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                ReturnFreePages(); // of connections that only their finalizers let go
                least = Environment.WorkingSet;
            }
            cpu = trimmed = Environment.CpuUsage.TotalTime;
        }
    }

    private static void ReturnFreePages()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            Trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            return; // another C library than glibc; it looks after itself
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keep);
}
