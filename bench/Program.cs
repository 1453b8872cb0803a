using System.Runtime.InteropServices;
using Postern.Bench.Fleet;
using Postern.Bench.Load;
using Postern.Bench.Measuring;
using Postern.Bench.Micro;
using Postern.Bench.Recording;
using Postern.Bench.Servers;
using Postern.Bench.Torture;

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
            case [NodeWorker.Role]:
                return await FleetWorker.RunAsync(place => new NodeWorker(place) is var worker ? (worker.HandleAsync, worker) : default);
            case [PersonWorker.Role]:
                return await FleetWorker.RunAsync(place => new PersonWorker(place) is var worker ? (worker.HandleAsync, worker) : default);
            case ["micro", ..]:
                return MicroBenchmarks.Run(args[1..]);
        }
        Func<CancellationToken, Task<bool>>? run = args switch
        {
            ["torture", ..] => TortureOf(args[1..]),
            ["load", ..] => LoadOf(args[1..]),
            ["recording", ..] => RecordingOf(args[1..]),
            _ => TableOf(args),
        };
        if (run is null)
        {
            Console.Error.WriteLine($"usage: ./dev bench [--quick] [--only NAME[,NAME]]   columns whose name contains NAME\n       ./dev bench micro\n       {TortureOptions.Usage}\n       {FleetOptions.Usage}\n       {RecordingOptions.Usage}");
            return Usage;
        }
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            return await run(stop.Token) ? 0 : 1;
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

    /// <summary>The table; null when the arguments cannot be understood.</summary>
    private static Func<CancellationToken, Task<bool>>? TableOf(string[] args) => Options(args) is not { } options ? null : async cancellationToken =>
    {
        var result = await new SystemRun(options).RunAsync(cancellationToken);
        // A part of the table is for the eye only.
        var folder = Path.Combine(Repository.Root, options.Only.Count == 0 ? "bench/results" : "out/bench");
        Console.WriteLine(await result.WriteAsync(folder, cancellationToken));
        Console.Error.WriteLine($"bench: written to {Path.GetRelativePath(Repository.Root, folder)}/latest.md and latest.json");
        return !result.Failed;
    };

    private static Func<CancellationToken, Task<bool>>? TortureOf(string[] args) => TortureOptions.Parse(args) is not { } options ? null : async cancellationToken =>
    {
        var result = await new TortureRun(options).RunAsync(cancellationToken);
        Console.WriteLine(result.Table());
        if (!options.Quick && options.Only.Count == 0)
            await result.WriteAsync(Path.Combine(Repository.Root, "bench", "results"), CancellationToken.None);
        return !result.Failed;
    };

    private static Func<CancellationToken, Task<bool>>? LoadOf(string[] args) => FleetOptions.Parse(args, Path.Combine(Repository.Root, "bench", "results")) is not { } options
        ? null : cancellationToken => FleetRun.RunAsync(options, cancellationToken);

    private static Func<CancellationToken, Task<bool>>? RecordingOf(string[] args) => RecordingOptions.Parse(args) is not { } options
        ? null : cancellationToken => RecordingRun.RunAsync(options, cancellationToken);

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
