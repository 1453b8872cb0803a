using System.Data.Common;
using Postern.Server.Storage;

namespace Postern.Server.Logs;

/// <summary>
/// Log groups, their streams and events, in the gateway's database: a log is a copy for reading, what must be proved stands in recordings and in the
/// audit log. Names are checked by whoever brings them, see <see cref="LogNames"/>.
/// </summary>
internal sealed partial class LogStore(Database database, TimeProvider time)
{
    /// <summary>AWS counts this many bytes for an event beside its message.</summary>
    public const int EventOverhead = 26;

    /// <summary>False when there is one of that name.</summary>
    public Task<bool> CreateGroupAsync(LogGroupRow group, CancellationToken cancellationToken) => database.WriteAsync(async connection =>
        await InsertGroupAsync(connection, group, cancellationToken) == 1, cancellationToken);

    /// <summary>Null when there is none.</summary>
    public Task<LogGroupRow?> FindGroupAsync(string name, CancellationToken cancellationToken)
        => database.QuerySingleOrDefaultAsync<LogGroupRow>("SELECT id, name, class, kms_key, retention_days, tags, created_at FROM log_groups WHERE name = @name", SqlParameters.Of(new { name }), cancellationToken);

    /// <summary>Groups by name, with what they hold.</summary>
    /// <param name="conditions">On columns of log_groups.</param>
    /// <param name="limit">Most rows.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<IReadOnlyList<LogGroupRow>> FindGroupsAsync(SqlConditions conditions, int limit, CancellationToken cancellationToken)
    {
        var parameters = conditions.Parameters;
        parameters.Add("limit", limit);
        return database.QueryAsync<LogGroupRow>(
            $"""
            SELECT id, name, class, kms_key, retention_days, tags, created_at,
                   COALESCE((SELECT SUM(bytes) FROM log_streams WHERE group_id = log_groups.id), 0) AS bytes
            FROM log_groups WHERE {conditions.Sql} ORDER BY name LIMIT @limit
            """, parameters, cancellationToken);
    }

    /// <summary>With everything in it; false when there is none.</summary>
    public Task<bool> DeleteGroupAsync(string name, CancellationToken cancellationToken) => database.WriteAsync(async connection =>
    {
        await NextNumbersAsync(connection, 0, cancellationToken);
        await connection.ExecuteAsync(
            "INSERT INTO log_streams_gone (stream_id) SELECT s.id FROM log_streams s JOIN log_groups g ON g.id = s.group_id WHERE g.name = @name", SqlParameters.Of(new { name }), cancellationToken);
        return await connection.ExecuteAsync("DELETE FROM log_groups WHERE name = @name", SqlParameters.Of(new { name }), cancellationToken) == 1;
    }, cancellationToken);

    /// <param name="name">Of the group.</param>
    /// <param name="days">Null: for ever.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<bool> SetRetentionAsync(string name, long? days, CancellationToken cancellationToken)
        => await database.ExecuteAsync("UPDATE log_groups SET retention_days = @days WHERE name = @name", SqlParameters.Of(new { name, days }), cancellationToken) == 1;

    /// <param name="name">Of the group.</param>
    /// <param name="change">From JSON to JSON; run inside the transaction.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<bool> ChangeTagsAsync(string name, Func<string, string> change, CancellationToken cancellationToken) => database.WriteAsync(async connection =>
    {
        // The update that changes nothing holds the row until the end of the transaction.
        var rows = await connection.QueryAsync<string>("UPDATE log_groups SET tags = tags WHERE name = @name RETURNING tags", SqlParameters.Of(new { name }), cancellationToken);
        if (rows.SingleOrDefault() is not { } tags)
            return false;
        return await connection.ExecuteAsync("UPDATE log_groups SET tags = @tags WHERE name = @name", SqlParameters.Of(new { name, tags = change(tags) }), cancellationToken) == 1;
    }, cancellationToken);

    /// <summary>False when there is one of that name.</summary>
    public Task<bool> CreateStreamAsync(long groupId, string name, CancellationToken cancellationToken) => database.WriteAsync(async connection =>
        await InsertStreamAsync(connection, groupId, name, cancellationToken) == 1, cancellationToken);

    /// <summary>Null when there is none.</summary>
    public Task<LogStreamRow?> FindStreamAsync(long groupId, string name, CancellationToken cancellationToken)
        => database.QuerySingleOrDefaultAsync<LogStreamRow>("SELECT * FROM log_streams WHERE group_id = @groupId AND name = @name", SqlParameters.Of(new { groupId, name }), cancellationToken);

    /// <param name="conditions">On columns of log_streams.</param>
    /// <param name="order">Column and direction: never what a caller wrote.</param>
    /// <param name="limit">Most rows.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<IReadOnlyList<LogStreamRow>> FindStreamsAsync(SqlConditions conditions, string order, int limit, CancellationToken cancellationToken)
    {
        var parameters = conditions.Parameters;
        parameters.Add("limit", limit);
        return database.QueryAsync<LogStreamRow>($"SELECT * FROM log_streams WHERE {conditions.Sql} ORDER BY {order} LIMIT @limit", parameters, cancellationToken);
    }

    /// <summary>With everything in it; false when there is none.</summary>
    public Task<bool> DeleteStreamAsync(long groupId, string name, CancellationToken cancellationToken) => database.WriteAsync(async connection =>
    {
        await NextNumbersAsync(connection, 0, cancellationToken);
        return await connection.ExecuteAsync(
            "INSERT INTO log_streams_gone (stream_id) SELECT id FROM log_streams WHERE group_id = @groupId AND name = @name", SqlParameters.Of(new { groupId, name }), cancellationToken) == 1
            && await connection.ExecuteAsync("DELETE FROM log_streams WHERE group_id = @groupId AND name = @name", SqlParameters.Of(new { groupId, name }), cancellationToken) == 1;
    }, cancellationToken);

    private async Task<int> InsertGroupAsync(DbConnection connection, LogGroupRow group, CancellationToken cancellationToken)
        => await connection.ExecuteAsync(
            """
            INSERT INTO log_groups (id, name, class, kms_key, retention_days, tags, created_at)
            VALUES (@id, @Name, @Class, @KmsKey, @RetentionDays, @Tags, @now) ON CONFLICT (name) DO NOTHING
            """,
            SqlParameters.Of(new { id = await NextNumbersAsync(connection, 1, cancellationToken), group.Name, group.Class, group.KmsKey, group.RetentionDays, group.Tags, now = Now }), cancellationToken);

    private async Task<int> InsertStreamAsync(DbConnection connection, long groupId, string name, CancellationToken cancellationToken)
        => await connection.ExecuteAsync(
            "INSERT INTO log_streams (id, group_id, name, created_at, bytes) VALUES (@id, @groupId, @name, @now, 0) ON CONFLICT (group_id, name) DO NOTHING",
            SqlParameters.Of(new { id = await NextNumbersAsync(connection, 1, cancellationToken), groupId, name, now = Now }), cancellationToken);

    /// <summary>The first of <paramref name="count"/> numbers that nobody else gets. Writers of logs take turns from here to the end of their transaction: numbers become visible in order.</summary>
    private static async Task<long> NextNumbersAsync(DbConnection connection, int count, CancellationToken cancellationToken)
        => await connection.ExecuteScalarAsync<long>("UPDATE log_numbers SET last = last + @count RETURNING last", SqlParameters.Of(new { count }), cancellationToken) - count + 1;

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();
}
