namespace Postern.Server.Logs;

/// <summary>Removes events that are older than their group keeps them, and those of streams that were deleted.</summary>
internal sealed class LogUpkeep(LogStore store, TimeProvider time, ILogger<LogUpkeep> log) : BackgroundService
{
    private const int MaxBatch = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                int removed, all = 0;
                do
                    all += removed = await store.RemoveExpiredAsync(MaxBatch, stoppingToken);
                while (removed == MaxBatch);
                do
                    all += removed = await store.RemoveGoneAsync(MaxBatch, stoppingToken);
                while (removed > 0);
                if (all > 0)
                    log.Removed(all);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                log.RemovalFailed(e);
            }
        }
    }
}
