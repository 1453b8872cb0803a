using System.Runtime.InteropServices;

namespace Postern.Server.Hosting;

/// <summary>
/// Gives memory back to the system after a burst: when it has become quiet and the process has grown, garbage is collected and the C library's
/// free pages (OpenSSL's and SQLite's) are returned. Neither happens by itself in a process that has little to do.
/// </summary>
internal sealed partial class MemoryUpkeep(TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    /// <summary>Not while there is work: a collection stops everything for some tenths of a second when there are ten thousand nodes.</summary>
    private const double QuietCores = 0.25;
    /// <summary>Growth that is worth it: this much, and an eighth of what there was.</summary>
    private const long WorthBytes = 16 * 1024 * 1024, WorthShare = 8;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        var (cpu, least) = (Environment.CpuUsage.TotalTime, Environment.WorkingSet);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var (before, now) = (cpu, Environment.WorkingSet);
            cpu = Environment.CpuUsage.TotalTime;
            least = Math.Min(least, now);
            if (cpu - before > Interval * QuietCores || now < least + WorthBytes + least / WorthShare)
                continue;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            if (OperatingSystem.IsLinux())
                ReturnFreePages();
            least = Environment.WorkingSet;
        }
    }

    private static void ReturnFreePages()
    {
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
