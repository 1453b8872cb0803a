using System.Globalization;
using System.Runtime.InteropServices;
using Postern.Bench.Processes;

namespace Postern.Bench.Report;

/// <summary>Where and when it was measured, and how much else was going on.</summary>
internal sealed record Machine
{
    public required string Date { get; init; }
    public required string Processor { get; init; }
    public required int Cores { get; init; }
    public required double MemoryGB { get; init; }
    public required string Kernel { get; init; }
    public required string Runtime { get; init; }
    public required string Ssh { get; init; }
    public required string Source { get; init; }
    /// <summary>Runnable tasks, the average over a minute.</summary>
    public required double LoadBefore { get; init; }
    public double LoadAfter { get; init; }
    public double Seconds { get; init; }
    /// <summary>Cores that programs of others kept busy, on average.</summary>
    public double OthersCores { get; init; }

    private double _busyBefore, _ownBefore;

    public static Machine Look() => new()
    {
        Date = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture),
        Processor = ValueIn("/proc/cpuinfo", "model name"),
        Cores = Environment.ProcessorCount,
        MemoryGB = double.Parse(ValueIn("/proc/meminfo", "MemTotal").Split(' ')[0], CultureInfo.InvariantCulture) / 1e6,
        Kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
        Runtime = RuntimeInformation.FrameworkDescription,
        Ssh = FirstLineOf("ssh", "-V"),
        Source = FirstLineOf("git", "describe", "--always", "--dirty"),
        LoadBefore = Load(),
        _busyBefore = BusySeconds(),
        _ownBefore = ProcessTree.CpuOf(Environment.ProcessId),
    };

    /// <summary>With what happened meanwhile. Everything that was started must have ended, or still be below this process.</summary>
    public Machine After(TimeSpan elapsed) => this with
    {
        LoadAfter = Load(),
        Seconds = elapsed.TotalSeconds,
        OthersCores = Math.Max(0, BusySeconds() - _busyBefore - (ProcessTree.CpuOf(Environment.ProcessId) - _ownBefore)) / elapsed.TotalSeconds,
    };

    private static double Load() => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

    // user, nice, system, idle, iowait, irq, softirq, steal
    private static double BusySeconds()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(double.Parse).ToArray();
        return (fields[0] + fields[1] + fields[2] + fields[5] + fields[6]) / Native.TicksPerSecond;
    }

    private static string ValueIn(string file, string name) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown";

    private static string FirstLineOf(string program, params string[] arguments)
    {
        try
        {
            using var process = System.Diagnostics.Process.Start(new Command(program, arguments).ToStartInfo())!;
            var text = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? text.Split('\n')[0].Trim() : "unknown";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "unknown"; // not installed
        }
    }
}
