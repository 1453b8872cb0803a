using Postern.Bench.Processes;

namespace Postern.Bench.Fleet;

/// <summary>The main loop of a process of the load generator: a command, an answer, until its standard input ends.</summary>
internal static class FleetWorker
{
    public delegate Task<FleetAnswer> Handler(FleetCommand command, CancellationToken cancellationToken);

    public static async Task<int> RunAsync(Func<FleetPlace, (Handler Handle, IAsyncDisposable Owner)> start)
    {
        OpenFiles.Raise();
        using var stop = new CancellationTokenSource();
        var place = FleetWire.Read<FleetPlace>(await Console.In.ReadLineAsync(CancellationToken.None) ?? throw new InvalidDataException("no first line"));
        var (handle, owner) = start(place);
        await using var _ = owner;
        while (await Console.In.ReadLineAsync(CancellationToken.None) is { } line)
        {
            FleetAnswer answer;
            try
            {
                answer = await handle(FleetWire.Read<FleetCommand>(line), stop.Token);
            }
            catch (Exception e)
            {
                answer = new FleetAnswer { Error = e.Message };
            }
            await Console.Out.WriteLineAsync(FleetWire.Write(answer));
            await Console.Out.FlushAsync(CancellationToken.None);
        }
        await stop.CancelAsync();
        return 0;
    }
}
