using System.Collections.Concurrent;
using Postern.Bench.Report;
using Postern.Bench.Servers;
using Postern.Bench.Torture.Faults;
using Postern.Bench.Torture.Flows;
using Postern.Bench.Torture.Places;

namespace Postern.Bench.Torture;

/// <summary>Faults happen, streams flow: not one byte may be lost, doubled or changed, no session may end, none may stay stuck.</summary>
internal sealed class TortureRun(TortureOptions options)
{
    /// <summary>A network that went away without a word is noticed in less than a minute; a loaded machine needs its time, too.</summary>
    private static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(120);
    /// <summary>A silent connection is found in 40 s: what takes longer is to be explained, and its logs are kept.</summary>
    private static readonly TimeSpan SlowAfter = TimeSpan.FromSeconds(45);
    private const int MostBetween = 400, OneInPairs = 6, MostFailures = 10;

    private readonly ConcurrentQueue<FaultRecord> _faults = new();
    private readonly ConcurrentQueue<FailureRecord> _failures = new();
    private int _begun;
    private long _verified, _connections;

    public async Task<TortureResult> RunAsync(CancellationToken cancellationToken)
    {
        var machine = Machine.Look();
        var start = TimeProvider.System.GetTimestamp();
        try
        {
            await Task.WhenAll(Enumerable.Range(0, options.Places).Select(place => TorturePlacesAsync(place, cancellationToken)));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Console.Error.WriteLine($"torture: stopped after {_faults.Count} of {options.Faults} faults");
        }
        return new(machine.After(TimeProvider.System.GetElapsedTime(start)), options, [.. _faults], [.. _failures], _verified, _connections);
    }

    /// <summary>A place that broke is replaced by a new one.</summary>
    private async Task TorturePlacesAsync(int number, CancellationToken cancellationToken)
    {
        var random = new Random(unchecked(options.Seed * 1000 + number));
        var deck = new FaultDeck(random, options.Quick, options.Only);
        while (Volatile.Read(ref _begun) < options.Faults && _failures.Count < MostFailures)
        {
            await using var place = await Place.StartAsync(options.Rate, cancellationToken);
            try
            {
                await TortureAsync(place, number, deck, random, cancellationToken);
            }
            catch (Exception e) when (e is StreamBrokenException or TimeoutException or InvalidOperationException)
            {
                // What is no broken stream is a program that did not start again.
                var broken = e as StreamBrokenException ?? new StreamBrokenException(Damage.Stuck, e.Message);
                var last = string.Join(", ", place.Faults.TakeLast(6));
                var folder = Path.Combine(Repository.Root, "out", "torture", $"{options.Seed}-{number}-{_failures.Count}");
                _failures.Enqueue(new(number, broken.Damage.ToString(), $"{broken.Message} (faults: {last})", Path.GetRelativePath(Repository.Root, folder)));
                Console.Error.WriteLine($"torture: place {number}: {broken.Damage}: {broken.Message}");
                await place.KeepLogsAsync(folder, $"{last}\n{broken.Message}");
            }
            finally
            {
                Interlocked.Add(ref _verified, place.Flows.Sum(flow => flow.Verified));
                Interlocked.Add(ref _connections, place.Flows.OfType<ShortFlow>().Sum(flow => flow.Connections));
            }
        }
    }

    private async Task TortureAsync(Place place, int number, FaultDeck deck, Random random, CancellationToken cancellationToken)
    {
        while (Interlocked.Increment(ref _begun) is var index && index <= options.Faults)
        {
            var fault = new Fault(deck.Draw(), place, random);
            place.Faults.Add($"{DateTime.UtcNow:HH:mm:ss} {fault.Kind}");
            await fault.HappenAsync(cancellationToken);
            if (random.Next(OneInPairs) == 0 && index < options.Faults)
            {
                // The next one comes while this one is being recovered from.
                _faults.Enqueue(new(index, number, fault.Kind.ToString(), null));
                await Task.Delay(random.Next(MostBetween), cancellationToken);
                continue;
            }
            var start = TimeProvider.System.GetTimestamp();
            await place.FlowsAgainAsync(StuckAfter, cancellationToken);
            var taken = TimeProvider.System.GetElapsedTime(start);
            var recovery = taken.TotalSeconds;
            _faults.Enqueue(new(index, number, fault.Kind.ToString(), recovery));
            if (taken > SlowAfter)
                await place.KeepLogsAsync(Path.Combine(Repository.Root, "out", "torture", $"slow-{options.Seed}-{index}"), $"{string.Join(", ", place.Faults.TakeLast(8))}\nflows again after {recovery:0.0} s, at {DateTime.UtcNow:HH:mm:ss}");
            Console.Error.WriteLine($"torture: fault {index} of {options.Faults}, place {number}: {fault.Kind}, all flows again after {recovery:0.00} s; {place.Flows.Sum(flow => flow.Verified) / 1e6:0.0} MB right");
            await Task.Delay(random.Next(MostBetween), cancellationToken);
        }
        await place.FlowsAgainAsync(StuckAfter, cancellationToken);
    }
}
