using Postern.Server.Storage;

namespace Postern.Server.Events.Delivery;

/// <summary>What targets did not take, to be read, sent again or dropped.</summary>
internal sealed class DeadLetterStore(Database database, TimeProvider time)
{
    /// <summary>The oldest, at least one when there are any.</summary>
    /// <param name="conditions">On columns of event_dead_letters.</param>
    /// <param name="limit">Most rows.</param>
    /// <param name="maxBytes">Of their events together. What has more is not read at all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<IReadOnlyList<DeadLetterRow>> FindAsync(SqlConditions conditions, int limit, int maxBytes, CancellationToken cancellationToken)
    {
        var parameters = conditions.Parameters;
        parameters.Add("limit", limit);
        parameters.Add("maxBytes", maxBytes);
        return database.QueryAsync<DeadLetterRow>(
            $"""
            WITH page AS (
              SELECT id AS letter, died_at AS died, position AS place, octet_length(event) AS size FROM event_dead_letters WHERE {conditions.Sql} ORDER BY died_at, position, id LIMIT @limit),
            sums AS (SELECT letter, size, SUM(size) OVER (ORDER BY died, place, letter) AS so_far FROM page)
            SELECT {DeadLetterRow.Columns} FROM sums JOIN event_dead_letters ON event_dead_letters.id = sums.letter
            WHERE sums.so_far <= @maxBytes OR sums.so_far = sums.size ORDER BY died_at, position, id
            """, parameters, cancellationToken);
    }

    /// <summary>
    /// Puts them back behind the target they were for, as if they had just happened; in the order they had. Those whose target or event is gone stay.
    /// Returns how many went and the lanes they went to.
    /// </summary>
    public Task<(int Count, IReadOnlyList<string> Lanes)> RedriveAsync(SqlConditions conditions, CancellationToken cancellationToken) => database.WriteAsync<(int, IReadOnlyList<string>)>(async connection =>
    {
        var parameters = conditions.Parameters;
        parameters.Add("now", time.GetUtcNow().ToUnixTimeMilliseconds());
        var living = $"{conditions.Sql} AND lane IN (SELECT lane FROM event_targets) AND position IN (SELECT position FROM events)";
        var lanes = (await connection.QueryAsync<string>($"SELECT DISTINCT lane FROM event_dead_letters WHERE {living}", parameters, cancellationToken));
        await connection.ExecuteAsync(
            $"""
            INSERT INTO event_deliveries (lane, position, subject, queued_at, due_at, attempts)
            SELECT DISTINCT lane, position, subject, @now, @now, 0 FROM event_dead_letters WHERE {living} ON CONFLICT (lane, position) DO NOTHING
            """, parameters, cancellationToken);
        return (await connection.ExecuteAsync($"DELETE FROM event_dead_letters WHERE {living}", parameters, cancellationToken), lanes);
    }, cancellationToken);

    public Task<int> DeleteAsync(SqlConditions conditions, CancellationToken cancellationToken)
        => database.ExecuteAsync($"DELETE FROM event_dead_letters WHERE {conditions.Sql}", conditions.Parameters, cancellationToken);

    public Task<int> RemoveBeforeAsync(TimeSpan age, CancellationToken cancellationToken)
        => database.ExecuteAsync("DELETE FROM event_dead_letters WHERE died_at < @before", SqlParameters.Of(new { before = (time.GetUtcNow() - age).ToUnixTimeMilliseconds() }), cancellationToken);
}

/// <summary>A row of event_dead_letters.</summary>
internal sealed class DeadLetterRow
{
    public const string Columns = "id, rule_name, target_id, target_arn, event, attempts, error, died_at";

    public string Id { get; set; } = "";
    public string RuleName { get; set; } = "";
    public string TargetId { get; set; } = "";
    public string TargetArn { get; set; } = "";
    public string Event { get; set; } = "";
    public long Attempts { get; set; }
    public string Error { get; set; } = "";
    public long DiedAt { get; set; }
}
