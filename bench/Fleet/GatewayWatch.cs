using System.Diagnostics;
using Postern.Bench.Processes;
using Postern.Bench.Servers;

namespace Postern.Bench.Fleet;

/// <summary>Looks at the gateway's process: memory, processor time, sockets.</summary>
internal sealed class GatewayWatch(Gateway gateway)
{
    private const double Megabyte = 1e6;

    public double Rss => ProcessTree.Of(gateway.ProcessId).Rss / Megabyte;
    public double Pss => ProcessTree.Of(gateway.ProcessId).Pss / Megabyte;
    public double Cpu => ProcessTree.CpuOf(gateway.ProcessId);

    /// <summary>Connections it holds; its listener and what its runtime has open for itself is subtracted by the caller.</summary>
    public int Sockets => new DirectoryInfo($"/proc/{gateway.ProcessId}/fd").EnumerateFileSystemInfos()
        .Count(file => file.LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);

    /// <summary>Cores used while something goes on.</summary>
    public async Task<double> CoresDuringAsync(Func<Task> work)
    {
        var (cpu, start) = (Cpu, Stopwatch.GetTimestamp());
        await work();
        return (Cpu - cpu) / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
