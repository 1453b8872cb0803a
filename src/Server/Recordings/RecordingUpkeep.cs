using Postern.Protocol.Recordings;
using Postern.Server.Sessions;

namespace Postern.Server.Recordings;

/// <summary>Closes recordings whose session is gone, and sees to it that old ones are removed.</summary>
internal sealed class RecordingUpkeep(
    RecordingStore store, RecordingRepair repair, RecordingRetention retention, RecordingRemoval removal, Recorder recorder, RecordingCatalog catalog, LiveSessions sessions,
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
            await GuardAsync(removal.FinishAsync, stoppingToken);
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
        recorder.ForgetUnrecorded(id => sessions.Find(id) is null);
        foreach (var row in await store.ListUnclosedAsync(recorder.GatewayName, cancellationToken))
        {
            if (sessions.Find(row.SessionId) is not null || recorder.IsOpen(row.SessionId) || _damaged.Contains(row.SessionId))
                continue;
            try
            {
                if (await repair.CloseAsync(row, cancellationToken) is not { } closed)
                {
                    Lost(row, "Its file is missing, or nothing in it is whole.");
                    continue;
                }
                if (closed.State == RecordingRow.Unfinished)
                    log.Unfinished(row.SessionId);
                catalog.Ended(closed);
            }
            catch (Exception e) when (e is RecordingDamagedException or IOException or UnauthorizedAccessException)
            {
                log.Damaged(row.SessionId, e.Message);
                if (e is not RecordingDamagedException)
                    continue; // tried again
                _damaged.Add(row.SessionId); // said once
                Lost(row, $"Its file is damaged and stays as it is: {e.Message}");
            }
        }
    }

    /// <summary>It counts as ended, so that it can be deleted and gets old; with a file that is as it was left it gets its end all the same.</summary>
    private void Lost(RecordingRow row, string fault)
    {
        if (row.State == RecordingRow.Open)
            catalog.Ended(repair.WithoutEnd(row, fault));
    }
}
