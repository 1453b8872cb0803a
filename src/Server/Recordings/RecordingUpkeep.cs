using Postern.Protocol.Recordings;
using Postern.Server.Sessions;

namespace Postern.Server.Recordings;

/// <summary>Closes recordings whose session is gone, and sees to it that old ones are removed.</summary>
internal sealed class RecordingUpkeep(
    RecordingStore store, RecordingRepair repair, RecordingRetention retention, Recorder recorder, RecordingCatalog catalog, LiveSessions sessions,
    RecordingLimits limits, TimeProvider time, ILogger<RecordingUpkeep> log) : BackgroundService
{
    private readonly HashSet<string> _damaged = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await GuardAsync(ListAsync, stoppingToken);
        using var timer = new PeriodicTimer(limits.SweepInterval, time);
        do
        {
            await GuardAsync(CloseAsync, stoppingToken);
            await GuardAsync(retention.RunAsync, stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task GuardAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work(cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            log.UpkeepFailed(e);
        }
    }

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        var unlisted = await repair.FindUnlistedAsync(store, cancellationToken);
        if (unlisted.Count > 0)
            await store.SaveAsync(unlisted, cancellationToken);
    }

    private async Task CloseAsync(CancellationToken cancellationToken)
    {
        foreach (var row in await store.ListOpenAsync(recorder.GatewayName, cancellationToken))
        {
            if (sessions.Find(row.SessionId) is not null || recorder.IsOpen(row.SessionId) || _damaged.Contains(row.SessionId))
                continue;
            try
            {
                if (await repair.CloseAsync(row, cancellationToken) is not { } closed)
                    continue;
                if (closed.State == RecordingRow.Unfinished)
                    log.Unfinished(row.SessionId);
                catalog.Ended(closed);
            }
            catch (Exception e) when (e is RecordingDamagedException or IOException or UnauthorizedAccessException)
            {
                log.Damaged(row.SessionId, e.Message);
                if (e is RecordingDamagedException)
                    _damaged.Add(row.SessionId); // said once
            }
        }
    }
}
