using Postern.Protocol.Audit;
using Postern.Server.Settings;

namespace Postern.Server.Audit;

/// <summary>
/// Removes what is older than the log is kept, and says in the gateway's own log where the chain stands, for whoever keeps that log elsewhere.
/// </summary>
internal sealed class AuditUpkeep(AuditStore store, ServerOptions options, TimeProvider time, ILogger<AuditUpkeep> log) : BackgroundService
{
    private const int MaxBatch = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (await store.FindMarkAsync(AuditMark.Head, stoppingToken) is { Sequence: > 0 } head)
                    log.Checkpoint(head.Sequence, head.Hash);
                if (options.AuditDays > 0)
                    await RemoveAsync(stoppingToken);
            }
            catch (InvalidDataException e)
            {
                log.NotRemoved(e.Message);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                log.RemovalFailed(e);
            }
        }
    }

    private async Task RemoveAsync(CancellationToken cancellationToken)
    {
        int removed, all = 0;
        do
        {
            removed = await store.RemoveBeforeAsync(time.GetUtcNow().AddDays(-options.AuditDays), MaxBatch, cancellationToken);
            all += removed;
        }
        while (removed == MaxBatch);
        if (all > 0)
            log.Removed(all, options.AuditDays);
    }
}
