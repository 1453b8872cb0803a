using Postern.Bench.Columns;
using Postern.Bench.Load;
using Postern.Bench.Processes;

namespace Postern.Bench.Measuring;

/// <summary>Measures one column through a tunnel that stays open for the whole run.</summary>
internal sealed class ColumnRun(Column column, int destination, MeasureOptions options) : IAsyncDisposable
{
    private const double Megabyte = 1e6, Gigabyte = 1e9;
    private const long FirstBytes = 256 * 1024, FewestBytes = 256 * 1024;

    private readonly Dictionary<LoadKind, double> _speeds = [];
    private Opening? _tunnel;

    public ColumnResult Result { get; } = new(column.Name, column.Description);

    private IEnumerable<Part> Parts => _tunnel?.Program is { } client ? [.. column.Servers, new Part(Metrics.Client, client.Id)] : column.Servers;

    /// <summary>Opens the tunnel and looks at memory: before it, with it, and with some more.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        foreach (var part in column.Servers)
            AddMemory(Metrics.IdleRss, Metrics.IdlePss, part.Name, ProcessTree.Of(part.ProcessId));
        _tunnel = await Opening.TunnelAsync(column, destination, cancellationToken);
        if (_tunnel.Program is { } program)
        {
            await Task.Delay(options.Settle, cancellationToken);
            AddMemory(Metrics.IdleRss, Metrics.IdlePss, Metrics.Client, ProcessTree.Of(program.Id));
            await MeasureSessionsAsync(cancellationToken);
        }
        foreach (var kind in new[] { LoadKind.Source, LoadKind.Sink })
        {
            // Twice: the first few bytes tell too little about the speed.
            _speeds[kind] = FirstBytes / await LoadClient.BulkAsync(_tunnel.Port, kind, FirstBytes, cancellationToken);
            await BulkAsync(kind, cancellationToken);
        }
        await LoadClient.RequestsAsync(_tunnel.Port, options.Connections, options.Box / 4, cancellationToken);
    }

    /// <summary>One sample of everything.</summary>
    public async Task MeasureAsync(CancellationToken cancellationToken)
    {
        var port = _tunnel!.Port;
        Result.Add(Metrics.BulkDown, await BulkWithCpuAsync(LoadKind.Source, Metrics.CpuDown, cancellationToken));
        Result.Add(Metrics.BulkUp, await BulkWithCpuAsync(LoadKind.Sink, Metrics.CpuUp, cancellationToken));
        await BothAsync(cancellationToken);
        var trips = await LoadClient.RoundTripsAsync(port, options.Box / 2, cancellationToken);
        Result.Add(Metrics.RoundTripP50, trips.P50);
        Result.Add(Metrics.RoundTripP99, trips.P99);
        var requests = await LoadClient.RequestsAsync(port, options.Connections, options.Box / 2, cancellationToken);
        Result.Add(Metrics.Requests, requests.Count / (options.Box / 2).TotalSeconds);
        Result.Add(Metrics.RequestP50, requests.P50 / 1000);
        Result.Add(Metrics.RequestP99, requests.P99 / 1000);
        if (_tunnel.Program is null)
            return;
        await using (var opening = await Opening.TunnelAsync(column, destination, cancellationToken))
        {
            Result.Add(Metrics.PortOpen, opening.PortOpen);
            Result.Add(Metrics.FirstByte, opening.FirstByte);
        }
        if (await Opening.ShellAsync(column, cancellationToken) is { } prompt)
            Result.Add(Metrics.Prompt, prompt);
        if (await Ending.MeasureAsync(column, cancellationToken) is { } ending)
        {
            Result.Add(Metrics.EndedForPerson, ending.Person);
            Result.Add(Metrics.EndedOnNode, ending.Node);
        }
    }

    /// <summary>What is left in memory after all load.</summary>
    public void Finish()
    {
        foreach (var part in Parts)
            AddMemory(Metrics.LoadedRss, Metrics.LoadedPss, part.Name, ProcessTree.Of(part.ProcessId));
    }

    public ValueTask DisposeAsync() => _tunnel?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task MeasureSessionsAsync(CancellationToken cancellationToken)
    {
        var before = column.Servers.Select(part => ProcessTree.Of(part.ProcessId)).ToList();
        var more = new List<Opening>();
        try
        {
            for (var i = 0; i < options.MoreSessions; i++)
                more.Add(await Opening.TunnelAsync(column, destination, cancellationToken));
            await Task.Delay(options.Settle, cancellationToken);
            foreach (var (part, old) in column.Servers.Zip(before))
            {
                var now = ProcessTree.Of(part.ProcessId);
                AddMemory(Metrics.SessionRss, Metrics.SessionPss, part.Name,
                    new(0, (now.Rss - old.Rss) / options.MoreSessions, (now.Pss - old.Pss) / options.MoreSessions));
            }
            foreach (var opening in more)
                AddMemory(Metrics.SessionRss, Metrics.SessionPss, Metrics.Client, ProcessTree.Of(opening.Program!.Id));
        }
        finally
        {
            await Task.WhenAll(more.Select(opening => opening.DisposeAsync().AsTask()));
        }
    }

    /// <summary>Bytes a second, with an amount that takes about as long as it should.</summary>
    private async Task<double> BulkAsync(LoadKind kind, CancellationToken cancellationToken)
    {
        var bytes = BytesOf(kind);
        return _speeds[kind] = bytes / await LoadClient.BulkAsync(_tunnel!.Port, kind, bytes, cancellationToken);
    }

    private async Task<double> BulkWithCpuAsync(LoadKind kind, string metric, CancellationToken cancellationToken)
    {
        var parts = Parts.ToList();
        var before = parts.ConvertAll(part => ProcessTree.CpuOf(part.ProcessId));
        var bytes = BytesOf(kind);
        var speed = await BulkAsync(kind, cancellationToken);
        foreach (var (part, old) in parts.Zip(before))
            Result.Add(metric + part.Name, (ProcessTree.CpuOf(part.ProcessId) - old) / bytes * Gigabyte);
        return speed / Megabyte;
    }

    /// <summary>Both directions at once; what each carried is looked at when the first is through, since the other then has the line for itself.</summary>
    private async Task BothAsync(CancellationToken cancellationToken)
    {
        // Together they are slower than alone.
        long down = BytesOf(LoadKind.Source) / 2, up = BytesOf(LoadKind.Sink) / 2;
        Progress downDone = new(), upDone = new();
        var downwards = LoadClient.BulkAsync(_tunnel!.Port, LoadKind.Source, down, downDone, cancellationToken);
        var upwards = LoadClient.BulkAsync(_tunnel.Port, LoadKind.Sink, up, upDone, cancellationToken);
        var first = await await Task.WhenAny(downwards, upwards);
        var (downBytes, upBytes) = (downDone.Bytes, upDone.Bytes);
        var seconds = await Task.WhenAll(downwards, upwards);
        Result.Add(Metrics.BulkBothDown, downBytes / first / Megabyte);
        Result.Add(Metrics.BulkBothUp, upBytes / first / Megabyte);
        Result.Add(Metrics.BulkBoth, (down + up) / seconds.Max() / Megabyte);
    }

    private long BytesOf(LoadKind kind) => Math.Max(FewestBytes, (long)(_speeds[kind] * options.Box.TotalSeconds));

    private void AddMemory(string rss, string pss, string part, Usage usage)
    {
        Result.Add(rss + part, usage.Rss / Megabyte);
        if (usage.Pss != 0)
            Result.Add(pss + part, usage.Pss / Megabyte);
    }
}
