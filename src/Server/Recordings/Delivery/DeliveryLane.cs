namespace Postern.Server.Recordings.Delivery;

/// <summary>The deliveries of one kind: so many at a time, each started when its time has come and a place is free, whatever the others do.</summary>
/// <param name="kind">For people.</param>
/// <param name="atOnce">Places.</param>
/// <param name="due">So many of those whose time has come, also those that are under way, the longest waiting first.</param>
/// <param name="run">Does one. When it returns, the delivery is done or due at another time.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Of deliveries.</param>
internal sealed class DeliveryLane(
    string kind, int atOnce, Func<int, CancellationToken, Task<IReadOnlyList<DeliveryRow>>> due, Func<DeliveryRow, CancellationToken, Task> run, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Task> _running = new(StringComparer.Ordinal);

    /// <summary>Until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                foreach (var (sessionId, _) in _running.Where(entry => entry.Value.IsCompleted).ToList())
                    _running.Remove(sessionId);
                if (_running.Count < atOnce)
                    await StartAsync(cancellationToken);
                List<Task> next = [.. _running.Values];
                if (next.Count < atOnce)
                    next.Add(Task.Delay(Interval, time, cancellationToken));
                await Task.WhenAny(next);
            }
        }
        finally
        {
            await Task.WhenAll(_running.Values);
        }
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var row in await due(atOnce + _running.Count, cancellationToken))
                if (_running.Count < atOnce && !_running.ContainsKey(row.SessionId))
                    _running[row.SessionId] = DoAsync(row, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            log.DeliveriesNotListed(kind, e);
        }
    }

    private async Task DoAsync(DeliveryRow row, CancellationToken cancellationToken)
    {
        try
        {
            await run(row, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // What became of it is not in the table, so it is due still: not at once, for it would be so for as long as the table cannot be written.
            log.DeliveryNotNoted(row.SessionId, kind, e);
            await Task.Delay(Interval, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (OperationCanceledException)
        {
            return; // the gateway stops
        }
    }
}
