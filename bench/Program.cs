using System.Runtime.InteropServices;
using Postern.Bench.Load;
using Postern.Bench.Measuring;
using Postern.Bench.Micro;
using Postern.Bench.Servers;

namespace Postern.Bench;

internal static class Program
{
    private const int Usage = 2, Interrupted = 130;

    private static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["serve"]:
                return await LoadServer.RunAsync();
            case ["micro", ..]:
                return MicroBenchmarks.Run(args[1..]);
        }
        if (Options(args) is not { } options)
        {
            Console.Error.WriteLine("usage: ./dev bench [--quick] [--only NAME[,NAME]]   columns whose name contains NAME\n       ./dev bench micro");
            return Usage;
        }
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            var result = await new SystemRun(options).RunAsync(stop.Token);
            // A part of the table is for the eye only.
            var folder = options.Only.Count == 0 ? Path.Combine(Repository.Root, "bench", "results") : Path.Combine(Repository.Root, "out", "bench");
            Console.WriteLine(await result.WriteAsync(folder, stop.Token));
            Console.Error.WriteLine($"bench: written to {Path.GetRelativePath(Repository.Root, folder)}/latest.md and latest.json");
            return result.Failed ? 1 : 0;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("bench: stopped; nothing was written");
            return Interrupted;
        }

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    private static MeasureOptions? Options(string[] args)
    {
        var options = new MeasureOptions();
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--quick":
                    options = MeasureOptions.Quick with { Only = options.Only };
                    break;
                case "--only" when i + 1 < args.Length:
                    options = options with { Only = args[++i].Split(',', StringSplitOptions.RemoveEmptyEntries) };
                    break;
                default:
                    return null;
            }
        }
        return options;
    }
}
