using Postern.Server.Events.Delivery;
using Postern.Server.Settings;

namespace Postern.Server.Events;

/// <summary>Keeps the tables in their bounds: events and dead letters by age, what waits for a target by number.</summary>
internal sealed class EventUpkeep(EventOutbox outbox, DeliveryStore deliveries, DeadLetterStore dead, TargetLanes lanes, ServerOptions options, TimeProvider time, ILogger<EventUpkeep> log) : BackgroundService
{
    private const int MaxBatch = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await TidyAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                log.RemovalFailed(e);
            }
        }
    }

    public async Task TidyAsync(CancellationToken cancellationToken)
    {
        foreach (var target in lanes.Targets)
            if (await deliveries.BoundAsync(target, cancellationToken) is > 0 and var count)
                log.Died(target.TargetId, target.RuleName, count, $"more than {DeliveryStore.MaxWaiting} events waited");
        var age = TimeSpan.FromDays(options.EventDays);
        await dead.RemoveBeforeAsync(age, cancellationToken);
        while (await outbox.RemoveBeforeAsync(age, MaxBatch, cancellationToken) == MaxBatch)
        {
        }
    }
}
