using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Postern.Agent.Control;
using Postern.Protocol.AwsJson;
using Postern.Protocol.SigV4;

namespace Postern.Bench.Fleet;

/// <summary>A process of persons: holds sessions, starts others at a rate, looks at what the API says.</summary>
internal sealed class PersonWorker : IAsyncDisposable
{
    public const string Role = "fleet-persons";
    private const int AtOnce = 50, Page = 200, PersonsAtOnce = 64;
    private static readonly TimeSpan OneStart = TimeSpan.FromSeconds(30);

    private readonly FleetPlace _place;
    private readonly X509Certificate2Collection _roots = [];
    private readonly HttpClient _http;
    private readonly AwsJsonClient _api;
    private readonly List<SimulatedPerson> _held = [];

    public PersonWorker(FleetPlace place)
    {
        // A person's program connects on a thread of its own, which waits; as many such programs start at once.
        ThreadPool.SetMinThreads(PersonsAtOnce, PersonsAtOnce);
        _place = place;
        _roots.ImportFromPemFile(place.CaFile);
        _http = new HttpClient(GatewayHttp.CreateHandler(place.CaFile));
        var keys = new AwsCredentials(place.AccessKeyId!, place.SecretAccessKey!);
        _api = new AwsJsonClient(_http, new Uri(place.Endpoint), place.Region, () => keys, TimeProvider.System);
    }

    public async Task<FleetAnswer> HandleAsync(FleetCommand command, CancellationToken cancellationToken) => command.Verb switch
    {
        "hold" => await HoldAsync(command, cancellationToken),
        "echo" => await EachHeldAsync(person => person.EchoAsync(null, cancellationToken)),
        "release" => await ReleaseAsync(),
        "starts" => await StartsAsync(command, cancellationToken),
        "connected" => await ConnectedAsync(command, cancellationToken),
        "live" => await LiveAsync(cancellationToken),
        _ => throw new InvalidOperationException("unknown command"),
    };

    public async ValueTask DisposeAsync()
    {
        await ReleaseAsync();
        _http.Dispose();
    }

    /// <summary>Opens sessions, spread over the nodes, and keeps them.</summary>
    private async Task<FleetAnswer> HoldAsync(FleetCommand command, CancellationToken cancellationToken)
    {
        var (reasons, opened) = (new Reasons(), new ConcurrentBag<SimulatedPerson>());
        var start = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(0, command.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (i, token) =>
        {
            await TryAsync(reasons, async limit =>
            {
                var person = await SimulatedPerson.StartAsync(_place, _roots, NodeOf(command, i), limit);
                opened.Add(person);
                await person.EchoAsync(null, limit);
            }, token);
        });
        _held.AddRange(opened);
        return new FleetAnswer { Done = command.Count - reasons.Total, Failed = reasons.Total, Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds, Sessions = _held.Count, Reasons = reasons.ToDictionary() };
    }

    /// <summary>Every start: session, first byte back, all bytes back, terminated. The latency is that of the first byte.</summary>
    private async Task<FleetAnswer> StartsAsync(FleetCommand command, CancellationToken cancellationToken)
    {
        var (reasons, latencies) = (new Reasons(), new ConcurrentBag<double>());
        long start = Stopwatch.GetTimestamp(), last = start;
        await Pace.RunAsync(command.Count, command.Rate, i => TryAsync(reasons, async limit =>
        {
            var begin = Stopwatch.GetTimestamp();
            var person = await SimulatedPerson.StartAsync(_place, _roots, NodeOf(command, i), limit);
            await using var owned = person;
            await person.EchoAsync(() => latencies.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds), limit);
            Interlocked.Exchange(ref last, Stopwatch.GetTimestamp());
            await person.TerminateAsync();
        }, cancellationToken), cancellationToken);
        return new FleetAnswer
        {
            Done = latencies.Count,
            Failed = reasons.Total,
            Seconds = Stopwatch.GetElapsedTime(start, last).TotalSeconds,
            Latencies = [.. latencies],
            Reasons = reasons.ToDictionary(),
        };
    }

    private async Task<FleetAnswer> ReleaseAsync()
    {
        var answer = await EachHeldAsync(person => person.TerminateAsync());
        _held.Clear();
        return answer;
    }

    private async Task<FleetAnswer> EachHeldAsync(Func<SimulatedPerson, Task> action)
    {
        var reasons = new Reasons();
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(_held.Select(person => TryAsync(reasons, limit => action(person).WaitAsync(limit), CancellationToken.None)));
        return new FleetAnswer { Done = _held.Count - reasons.Total, Failed = reasons.Total, Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds, Reasons = reasons.ToDictionary() };
    }

    /// <summary>How many of the nodes the API calls connected, asked one by one.</summary>
    private async Task<FleetAnswer> ConnectedAsync(FleetCommand command, CancellationToken cancellationToken)
    {
        var connected = 0;
        await Parallel.ForEachAsync(command.Nodes, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (node, token) =>
        {
            if ((await _api.CallAsync(SsmOperations.GetConnectionStatus, new() { Target = node.Id }, token)).Status == "connected")
                Interlocked.Increment(ref connected);
        });
        return new FleetAnswer { Done = connected, Failed = command.Nodes.Count - connected };
    }

    /// <summary>How many sessions the API lists as active.</summary>
    private async Task<FleetAnswer> LiveAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        string? next = null;
        do
        {
            var answer = await _api.CallAsync(SsmOperations.DescribeSessions, new() { State = "Active", MaxResults = Page, NextToken = next }, cancellationToken);
            count += answer.Sessions?.Count ?? 0;
            next = answer.NextToken;
        }
        while (next is not null);
        return new FleetAnswer { Sessions = count };
    }

    private static async Task TryAsync(Reasons reasons, Func<CancellationToken, Task> action, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(OneStart);
        try
        {
            await action(limit.Token);
        }
        catch (Exception e)
        {
            reasons.Add(e is OperationCanceledException ? $"took longer than {OneStart.TotalSeconds} s" : e.Message);
        }
    }

    private static FleetNode NodeOf(FleetCommand command, int i) => command.Nodes[i % command.Nodes.Count];
}
