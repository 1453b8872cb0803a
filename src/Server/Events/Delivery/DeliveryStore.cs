using System.Data.Common;
using Postern.Server.Storage;

namespace Postern.Server.Events.Delivery;

/// <summary>What targets have still to be given, and what they did not take.</summary>
internal sealed class DeliveryStore(Database database, TimeProvider time)
{
    /// <summary>Deliveries that wait for one target; the oldest of more become dead letters. And dead letters kept of one target.</summary>
    public const int MaxWaiting = 20_000, MaxDead = 5_000;

    /// <summary>Inside a write.</summary>
    public Task AddAsync(DbConnection connection, string lane, long position, string subject, CancellationToken cancellationToken) => connection.ExecuteAsync(
        "INSERT INTO event_deliveries (lane, position, subject, queued_at, due_at, attempts) VALUES (@lane, @position, @subject, @now, @now, 0) ON CONFLICT (lane, position) DO NOTHING",
        SqlParameters.Of(new { lane, position, subject, now = Now }), cancellationToken);

    /// <summary>What a target can be given now: of each subject only the first, so that what comes after it waits for it.</summary>
    public async Task<IReadOnlyList<DueDelivery>> DueAsync(string lane, int limit, CancellationToken cancellationToken) => await database.QueryAsync<DueDelivery>(
        """
        SELECT d.lane, d.position, d.subject, d.queued_at, d.attempts, e.event, e.id, e.time
        FROM event_deliveries d JOIN events e ON e.position = d.position
        WHERE d.lane = @lane AND d.due_at <= @now
          AND (d.subject = '' OR NOT EXISTS (SELECT 1 FROM event_deliveries f WHERE f.lane = d.lane AND f.subject = d.subject AND f.position < d.position))
        ORDER BY d.position LIMIT @limit
        """, SqlParameters.Of(new { lane, now = Now, limit }), cancellationToken);

    /// <summary>When the next one is due; null when none waits.</summary>
    public async Task<DateTimeOffset?> NextDueAsync(string lane, CancellationToken cancellationToken)
        => await database.QuerySingleOrDefaultAsync<long?>(
            """
            SELECT MIN(d.due_at) FROM event_deliveries d WHERE d.lane = @lane
              AND (d.subject = '' OR NOT EXISTS (SELECT 1 FROM event_deliveries f WHERE f.lane = d.lane AND f.subject = d.subject AND f.position < d.position))
            """, SqlParameters.Of(new { lane }), cancellationToken) is { } due ? DateTimeOffset.FromUnixTimeMilliseconds(due) : null;

    /// <summary>Lanes for which something is due.</summary>
    public async Task<IReadOnlyList<string>> WaitingLanesAsync(CancellationToken cancellationToken)
        => await database.QueryAsync<string>("SELECT DISTINCT lane FROM event_deliveries WHERE due_at <= @now", SqlParameters.Of(new { now = Now }), cancellationToken);

    /// <summary>Notes what has become of deliveries.</summary>
    public Task SettleAsync(LaneTarget target, IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken) => database.WriteAsync(async connection =>
    {
        foreach (var (delivery, outcome, due) in settlements)
        {
            if (due is { } later)
            {
                await connection.ExecuteAsync(
                    "UPDATE event_deliveries SET attempts = attempts + 1, due_at = @due WHERE lane = @Lane AND position = @Position",
                    SqlParameters.Of(new { delivery.Lane, delivery.Position, due = later.ToUnixTimeMilliseconds() }), cancellationToken);
                continue;
            }
            var removed = await connection.ExecuteAsync(
                "DELETE FROM event_deliveries WHERE lane = @Lane AND position = @Position", SqlParameters.Of(new { delivery.Lane, delivery.Position }), cancellationToken);
            if (!outcome.IsTaken && removed > 0)
                await BuryAsync(connection, target, delivery, outcome.Error, cancellationToken);
        }
        return true;
    }, cancellationToken);

    /// <summary>The oldest of too many become dead letters. Returns how many did.</summary>
    public Task<int> BoundAsync(LaneTarget target, CancellationToken cancellationToken) => database.WriteAsync(async connection =>
    {
        var rows = await connection.QueryAsync<DueDelivery>(
            """
            SELECT d.lane, d.position, d.subject, d.queued_at, d.attempts, e.event, e.id, e.time FROM event_deliveries d JOIN events e ON e.position = d.position
            WHERE d.lane = @Lane AND d.position <= (SELECT position FROM event_deliveries WHERE lane = @Lane ORDER BY position DESC LIMIT 1 OFFSET @most)
            """, SqlParameters.Of(new { target.Lane, most = (long)MaxWaiting }), cancellationToken);
        var count = 0;
        foreach (var row in rows)
        {
            await connection.ExecuteAsync("DELETE FROM event_deliveries WHERE lane = @Lane AND position = @Position", SqlParameters.Of(new { row.Lane, row.Position }), cancellationToken);
            await BuryAsync(connection, target, row, $"more than {MaxWaiting} events waited for the target", cancellationToken);
            count++;
        }
        await connection.ExecuteAsync(
            """
            DELETE FROM event_dead_letters WHERE lane = @Lane AND id NOT IN (SELECT id FROM event_dead_letters WHERE lane = @Lane ORDER BY died_at DESC, position DESC LIMIT @most)
            """, SqlParameters.Of(new { target.Lane, most = (long)MaxDead }), cancellationToken);
        return count;
    }, cancellationToken);

    /// <summary>Takes a lane for this gateway, or keeps it. False while another one has it.</summary>
    public async Task<bool> HoldAsync(string lane, string gateway, TimeSpan until, CancellationToken cancellationToken) => !database.IsShared || await database.ExecuteAsync(
        """
        INSERT INTO event_lanes (lane, gateway, held_until) VALUES (@lane, @gateway, @until)
        ON CONFLICT (lane) DO UPDATE SET gateway = excluded.gateway, held_until = excluded.held_until WHERE event_lanes.gateway = @gateway OR event_lanes.held_until < @now
        """, SqlParameters.Of(new { lane, gateway, until = Now + (long)until.TotalMilliseconds, now = Now }), cancellationToken) > 0;

    /// <summary>Gives a lane back at once, when the gateway stops.</summary>
    public async Task ReleaseAsync(string gateway, CancellationToken cancellationToken)
    {
        if (database.IsShared)
            await database.ExecuteAsync("DELETE FROM event_lanes WHERE gateway = @gateway", SqlParameters.Of(new { gateway }), cancellationToken);
    }

    private Task BuryAsync(DbConnection connection, LaneTarget target, DueDelivery delivery, string error, CancellationToken cancellationToken) => connection.ExecuteAsync(
        """
        INSERT INTO event_dead_letters (id, lane, rule_name, target_id, target_arn, position, subject, event, attempts, error, died_at)
        VALUES (@id, @Lane, @RuleName, @TargetId, @Arn, @Position, @Subject, @Event, @Attempts, @error, @now)
        """,
        SqlParameters.Of(new
        {
            id = Guid.NewGuid().ToString(),
            target.Lane,
            target.RuleName,
            target.TargetId,
            target.Arn,
            delivery.Position,
            delivery.Subject,
            delivery.Event,
            Attempts = delivery.Attempts + 1,
            error,
            now = Now,
        }), cancellationToken);

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();
}

/// <summary>An event for a target.</summary>
internal sealed class DueDelivery
{
    public string Lane { get; set; } = "";
    public long Position { get; set; }
    public string Subject { get; set; } = "";
    public long QueuedAt { get; set; }
    /// <summary>Earlier ones.</summary>
    public long Attempts { get; set; }
    public string Event { get; set; } = "";
    public string Id { get; set; } = "";
    public long Time { get; set; }
}

/// <summary>What has become of one: taken or dead, or (with a time) to be tried again.</summary>
internal readonly record struct Settlement(DueDelivery Delivery, Outcome Outcome, DateTimeOffset? TryAgain);
