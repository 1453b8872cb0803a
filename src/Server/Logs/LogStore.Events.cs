using System.Text;
using Postern.Server.Storage;

namespace Postern.Server.Logs;

internal sealed partial class LogStore
{
    /// <summary>Most rows written by one statement: SQLite takes 32,766 parameters.</summary>
    private const int RowsAStatement = 200;

    /// <summary>Adds lines to a stream, all or none; makes group and stream when they are missing.</summary>
    public Task AppendAsync(string group, string stream, IReadOnlyList<LogLine> lines, CancellationToken cancellationToken) => database.WriteAsync(async connection =>
    {
        // Taken first, as all writers of logs do: whoever holds it has the groups to himself.
        await NextNumbersAsync(connection, 0, cancellationToken);
        await InsertGroupAsync(connection, new LogGroupRow { Name = group, Class = LogNames.Standard }, cancellationToken);
        var groupId = await connection.ExecuteScalarAsync<long>("SELECT id FROM log_groups WHERE name = @group", SqlParameters.Of(new { group }), cancellationToken);
        await InsertStreamAsync(connection, groupId, stream, cancellationToken);
        var streamId = await connection.ExecuteScalarAsync<long>("SELECT id FROM log_streams WHERE group_id = @groupId AND name = @stream", SqlParameters.Of(new { groupId, stream }), cancellationToken);
        return await InsertAsync(connection, groupId, streamId, lines, cancellationToken);
    }, cancellationToken);

    /// <summary>Adds lines to a stream that is there, all or none. False: it is not there any more.</summary>
    public Task<bool> AppendAsync(LogStreamRow stream, IReadOnlyList<LogLine> lines, CancellationToken cancellationToken) => database.WriteAsync(async connection =>
    {
        await NextNumbersAsync(connection, 0, cancellationToken);
        var there = await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM log_streams WHERE id = @Id", SqlParameters.Of(new { stream.Id }), cancellationToken);
        return there == 1 && await InsertAsync(connection, stream.GroupId, stream.Id, lines, cancellationToken);
    }, cancellationToken);

    /// <summary>Events of a stream or of a group, in the order of time: as many as fit, at least one when there are any.</summary>
    /// <param name="conditions">On columns of log_events, called e, and log_streams, called s.</param>
    /// <param name="newestFirst">The newest rows, newest first; else the oldest.</param>
    /// <param name="limit">Most rows.</param>
    /// <param name="maxBytes">Of their messages, with AWS's overhead for each. What has more is not read at all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<LogPage> FindEventsAsync(SqlConditions conditions, bool newestFirst, int limit, int maxBytes, CancellationToken cancellationToken)
    {
        var parameters = conditions.Parameters;
        parameters.Add("limit", limit);
        parameters.Add("maxBytes", maxBytes);
        var order = newestFirst ? "DESC" : "";
        var rows = await database.QueryAsync<LogEventRow>(
            $"""
            WITH page AS (
              SELECT e.id, e.time, octet_length(e.message) + {EventOverhead} AS size FROM log_events e JOIN log_streams s ON s.id = e.stream_id
              WHERE {conditions.Sql} ORDER BY e.time {order}, e.id {order} LIMIT @limit),
            sums AS (SELECT id, size, SUM(size) OVER (ORDER BY time {order}, id {order}) AS so_far FROM page)
            SELECT e.id, s.name AS stream, e.time, e.ingested_at, e.message, (SELECT COUNT(*) FROM page) AS listed
            FROM sums JOIN log_events e ON e.id = sums.id JOIN log_streams s ON s.id = e.stream_id
            WHERE sums.so_far <= @maxBytes OR sums.so_far = sums.size ORDER BY e.time {order}, e.id {order}
            """, parameters, cancellationToken);
        return new LogPage(rows, More: rows.Count > 0 && (rows[0].Listed == limit || rows.Count < rows[0].Listed));
    }

    /// <summary>Removes events older than their group keeps them, at most <paramref name="limit"/>; returns how many.</summary>
    public Task<int> RemoveExpiredAsync(int limit, CancellationToken cancellationToken) => database.ExecuteAsync(
        """
        DELETE FROM log_events WHERE id IN (
          SELECT e.id FROM log_groups g JOIN log_events e ON e.group_id = g.id AND e.time < @now - g.retention_days * 86400000
          WHERE g.retention_days IS NOT NULL LIMIT @limit)
        """, SqlParameters.Of(new { now = Now, limit }), cancellationToken);

    /// <summary>Removes events of streams that were deleted, at most <paramref name="limit"/>; returns how many.</summary>
    public Task<int> RemoveGoneAsync(int limit, CancellationToken cancellationToken) => database.WriteAsync(async connection =>
    {
        var gone = (await connection.QueryAsync<long>("SELECT stream_id FROM log_streams_gone ORDER BY stream_id LIMIT 1", null, cancellationToken)).ToList();
        if (gone.Count == 0)
            return 0;
        var parameters = SqlParameters.Of(new { stream = gone[0], limit });
        var removed = await connection.ExecuteAsync(
            "DELETE FROM log_events WHERE id IN (SELECT id FROM log_events WHERE stream_id = @stream LIMIT @limit)", parameters, cancellationToken);
        if (removed < limit)
            removed += await connection.ExecuteAsync("DELETE FROM log_streams_gone WHERE stream_id = @stream", parameters, cancellationToken);
        return removed;
    }, cancellationToken);

    private async Task<bool> InsertAsync(System.Data.Common.DbConnection connection, long groupId, long streamId, IReadOnlyList<LogLine> lines, CancellationToken cancellationToken)
    {
        if (lines.Count == 0)
            return true;
        var (id, now) = (await NextNumbersAsync(connection, lines.Count, cancellationToken), Now);
        var bytes = 0L;
        foreach (var part in lines.Chunk(RowsAStatement))
        {
            var parameters = SqlParameters.Of(new { groupId, streamId, now });
            var sql = new StringBuilder("INSERT INTO log_events (id, group_id, stream_id, time, ingested_at, message) VALUES ");
            for (var i = 0; i < part.Length; i++)
            {
                sql.Append(i == 0 ? "" : ", ").Append($"(@i{i}, @groupId, @streamId, @t{i}, @now, @m{i})");
                parameters.Add($"i{i}", id++);
                parameters.Add($"t{i}", part[i].Time);
                parameters.Add($"m{i}", LogNames.Storable(part[i].Message));
                bytes += Encoding.UTF8.GetByteCount(part[i].Message) + EventOverhead;
            }
            await connection.ExecuteAsync(sql.ToString(), parameters, cancellationToken);
        }
        await connection.ExecuteAsync(
            """
            UPDATE log_streams SET bytes = bytes + @bytes, ingested_at = @now,
              first_at = CASE WHEN first_at IS NULL OR first_at > @first THEN @first ELSE first_at END,
              last_at = CASE WHEN last_at IS NULL OR last_at < @last THEN @last ELSE last_at END
            WHERE id = @streamId
            """, SqlParameters.Of(new { bytes, now, streamId, first = lines.Min(line => line.Time), last = lines.Max(line => line.Time) }), cancellationToken);
        return true;
    }
}
