
namespace Postern.Server.Events.Delivery;

/// <summary>
/// Gives one target what waits for it: a few at a time, of each session in order. What it does not take is tried again with back-off, and while it
/// takes nothing the lane rests. Nobody else waits for it.
/// </summary>
internal sealed class TargetLane(LaneTarget target, TargetSenders senders, DeliveryStore store, string gateway, TimeProvider time, ILogger log)
{
    /// <summary>Attempts under way at a time.</summary>
    private const int Together = 8;

    /// <summary>How long another gateway leaves the lane to this one; longer than an attempt may take.</summary>
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(45), LongestRest = TimeSpan.FromMinutes(10);

    private readonly Wake _wake = new();
    private int _failures;

    public LaneTarget Target => target;

    public void Wake() => _wake.Set();

    /// <summary>Until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var rest = await DeliverAsync(cancellationToken);
                if (rest is { } wait)
                    await RestAsync(wait, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                log.DeliveringFailed(e);
                await Task.Delay(EventLoop.Interval, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>A batch. Null when there may be more at once; otherwise how long to rest.</summary>
    private async Task<Rest?> DeliverAsync(CancellationToken cancellationToken)
    {
        if (!await store.HoldAsync(target.Lane, gateway, Hold, cancellationToken))
            return new Rest(Hold, MayWake: true); // whoever has it works; its due deliveries wake this lane again and again
        var due = await store.DueAsync(target.Lane, Together, cancellationToken);
        if (due.Count == 0)
        {
            var next = await store.NextDueAsync(target.Lane, cancellationToken);
            return new Rest(next is { } at ? Least(at - time.GetUtcNow()) : LongestRest, MayWake: true);
        }
        var outcomes = await Task.WhenAll(due.Select(delivery => senders.SendAsync(target, delivery, cancellationToken)));
        cancellationToken.ThrowIfCancellationRequested();
        List<Settlement> settlements = [.. due.Zip(outcomes, Settle)];
        await store.SettleAsync(target, settlements, cancellationToken);
        Tell(settlements);
        if (outcomes.Any(outcome => outcome.IsTaken) || !outcomes.Any(outcome => outcome.MayRetry))
            _failures = 0;
        else
            return new Rest(Backoff.After(++_failures, outcomes.Max(outcome => outcome.After)), MayWake: false);
        return null;
    }

    private Settlement Settle(DueDelivery delivery, Outcome outcome)
    {
        var now = time.GetUtcNow();
        if (outcome.IsTaken || !outcome.MayRetry || delivery.Attempts >= target.MaxRetries)
            return new Settlement(delivery, outcome, null);
        var again = now + Backoff.After(delivery.Attempts + 1, outcome.After);
        return new Settlement(delivery, outcome, again - DateTimeOffset.FromUnixTimeMilliseconds(delivery.QueuedAt) > target.MaxAge ? null : again);
    }

    // The first failure of a row of them, and every death.
    private void Tell(List<Settlement> settlements)
    {
        var failed = settlements.FindAll(settlement => !settlement.Outcome.IsTaken);
        var dead = failed.FindAll(settlement => settlement.TryAgain is null);
        if (dead.Count > 0)
            log.Died(target.TargetId, target.RuleName, dead.Count, dead[0].Outcome.Error);
        else if (failed.Count > 0 && _failures == 0)
            log.NotTaken(target.TargetId, target.RuleName, failed[0].Outcome.Error);
    }

    private async Task RestAsync(Rest rest, CancellationToken cancellationToken)
    {
        if (!rest.MayWake)
        {
            await Task.Delay(rest.Time, time, cancellationToken);
            return;
        }
        using var timer = time.CreateTimer(static state => ((Wake)state!).Set(), _wake, rest.Time, Timeout.InfiniteTimeSpan);
        await _wake.WaitAsync(cancellationToken);
    }

    private static TimeSpan Least(TimeSpan wait) => wait < TimeSpan.FromMilliseconds(10) ? TimeSpan.FromMilliseconds(10) : wait < LongestRest ? wait : LongestRest;

    private readonly record struct Rest(TimeSpan Time, bool MayWake);
}
