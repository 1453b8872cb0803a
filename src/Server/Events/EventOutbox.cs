using System.Data.Common;
using Postern.Server.Settings;
using Postern.Server.Storage;

namespace Postern.Server.Events;

/// <summary>
/// The table of events: what happened, numbered in the order in which it was written. Who writes holds the row of the last number, so gateways that
/// share a database take turns and no reader sees a number before the ones below it.
/// </summary>
internal sealed class EventOutbox(Database database, ServerOptions options, TimeProvider time)
{
    public const string Audit = "audit", Routed = "routed";
    private const string Last = "outbox";

    private readonly List<Action> _observers = [];

    /// <summary>Called after events were written by this gateway; before it starts, and never waits.</summary>
    public void Observe(Action written) => _observers.Add(written);

    /// <summary>Inside a write: adds events behind the last. Call <see cref="Written"/> once it is committed.</summary>
    public async Task AppendAsync(DbConnection connection, IReadOnlyList<HappenedEvent> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
            return;
        var position = await connection.ExecuteScalarAsync<long>(
            "UPDATE event_marks SET position = position + @count WHERE name = @Last RETURNING position", SqlParameters.Of(new { count = (long)events.Count, Last }), cancellationToken) - events.Count;
        foreach (var happened in events)
        {
            await connection.ExecuteAsync(
                "INSERT INTO events (position, time, id, source, detail_type, subject, event) VALUES (@position, @time, @Id, @Source, @DetailType, @Subject, @text)",
                SqlParameters.Of(new { position = ++position, time = happened.Time.ToUnixTimeMilliseconds(), happened.Id, happened.Source, happened.DetailType, happened.Subject, text = happened.ToJson(options) }), cancellationToken);
        }
    }

    public void Written()
    {
        foreach (var observer in _observers)
            observer();
    }

    /// <summary>Adds events in a transaction of their own.</summary>
    public async Task AppendAsync(IReadOnlyList<HappenedEvent> events, CancellationToken cancellationToken)
    {
        await database.WriteAsync(async connection =>
        {
            await AppendAsync(connection, events, cancellationToken);
            return true;
        }, cancellationToken);
        Written();
    }

    /// <summary>
    /// Adds what entries of the audit log are, and notes how far it was read, in one transaction: each entry becomes an event once, also when
    /// several gateways read the log.
    /// </summary>
    /// <param name="events">With the places of their entries.</param>
    /// <param name="readTo">The last entry that was looked at.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>How far the log has been read, by whomever.</returns>
    public async Task<long> AppendAsync(IReadOnlyList<(long Sequence, HappenedEvent Event)> events, long readTo, CancellationToken cancellationToken)
    {
        var reached = await database.WriteAsync(async connection =>
        {
            var known = await LockAsync(connection, Audit, cancellationToken);
            await AppendAsync(connection, [.. events.Where(one => one.Sequence > known).Select(one => one.Event)], cancellationToken);
            var next = Math.Max(known, readTo);
            await MoveAsync(connection, Audit, next, cancellationToken);
            return next;
        }, cancellationToken);
        if (events.Count > 0)
            Written();
        return reached;
    }

    public async Task<long> PositionAsync(string mark, CancellationToken cancellationToken)
        => (await database.QueryAsync<long>("SELECT position FROM event_marks WHERE name = @mark", SqlParameters.Of(new { mark }), cancellationToken))[0];

    /// <summary>The position of the last event.</summary>
    public Task<long> LastAsync(CancellationToken cancellationToken) => PositionAsync(Last, cancellationToken);

    /// <summary>Inside a write: the position of a mark, which nobody else moves until the end of the transaction.</summary>
    public static Task<long> LockAsync(DbConnection connection, string mark, CancellationToken cancellationToken) => connection.ExecuteScalarAsync<long>(
        "UPDATE event_marks SET position = position WHERE name = @mark RETURNING position", SqlParameters.Of(new { mark }), cancellationToken);

    public static Task MoveAsync(DbConnection connection, string mark, long position, CancellationToken cancellationToken) => connection.ExecuteAsync(
        "UPDATE event_marks SET position = @position WHERE name = @mark", SqlParameters.Of(new { mark, position }), cancellationToken);

    /// <summary>Events behind a position, in order.</summary>
    public async Task<IReadOnlyList<EventRow>> PageAsync(long after, int limit, CancellationToken cancellationToken)
        => await database.QueryAsync<EventRow>($"SELECT {EventRow.Columns} FROM events WHERE position > @after ORDER BY position LIMIT @limit", SqlParameters.Of(new { after, limit }), cancellationToken);

    /// <summary>Events that fulfil conditions: the first of them, or the latest; always in order, at least one when there are any.</summary>
    /// <param name="conditions">On columns of events.</param>
    /// <param name="latest">The latest of them.</param>
    /// <param name="limit">Most rows.</param>
    /// <param name="maxBytes">Of the events together. What has more is not read at all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<(IReadOnlyList<EventRow> Rows, bool More)> FindAsync(SqlConditions conditions, bool latest, int limit, int maxBytes, CancellationToken cancellationToken)
    {
        var parameters = conditions.Parameters;
        parameters.Add("limit", limit);
        parameters.Add("maxBytes", maxBytes);
        var order = latest ? "DESC" : "ASC";
        var rows = await database.QueryAsync<EventRow>(
            $"""
            WITH page AS (SELECT position AS place, octet_length(event) AS size FROM events WHERE {conditions.Sql} ORDER BY position {order} LIMIT @limit),
            sums AS (SELECT place, size, SUM(size) OVER (ORDER BY place {order}) AS so_far FROM page)
            SELECT {EventRow.Columns}, (SELECT COUNT(*) FROM page) AS listed FROM sums JOIN events ON events.position = sums.place
            WHERE sums.so_far <= @maxBytes OR sums.so_far = sums.size ORDER BY position {order}
            """, parameters, cancellationToken);
        return (latest ? [.. rows.Reverse()] : rows, rows.Count > 0 && (rows[0].Listed == limit || rows.Count < rows[0].Listed));
    }

    /// <summary>Removes events older than this, at most so many; those that a target still waits for stay. Returns how many.</summary>
    public Task<int> RemoveBeforeAsync(TimeSpan age, int limit, CancellationToken cancellationToken) => database.ExecuteAsync(
        """
        DELETE FROM events WHERE position IN (
          SELECT position FROM events WHERE time < @before AND position NOT IN (SELECT position FROM event_deliveries)
            AND position <= (SELECT position FROM event_marks WHERE name = 'routed') ORDER BY time LIMIT @limit)
        """, SqlParameters.Of(new { before = (time.GetUtcNow() - age).ToUnixTimeMilliseconds(), limit }), cancellationToken);
}

/// <summary>A row of events.</summary>
internal sealed class EventRow
{
    public const string Columns = "position, time, id, source, detail_type, subject, event";

    public long Position { get; set; }
    public long Time { get; set; }
    public string Id { get; set; } = "";
    public string Source { get; set; } = "";
    public string DetailType { get; set; } = "";
    public string Subject { get; set; } = "";
    public string Event { get; set; } = "";
    /// <summary>Rows that were found, with those that did not fit; 0 where everything fits.</summary>
    public long Listed { get; set; }
}
