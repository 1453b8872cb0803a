using Microsoft.Data.Sqlite;
using Postern.Protocol.Recordings;
using Postern.Protocol.Recordings.Exports;
using Postern.Server.Storage;
using Postern.Server.Storage.Sealed;

namespace Postern.Server.Recordings.Search;

/// <summary>
/// recordings/index.sealed: the lines of recordings, to be found by their words; sealed with a key that stands under the master key. It holds nothing that the recordings do not:
/// a missing or damaged one is made again from them. What was typed and not shown is not in it.
/// </summary>
internal sealed class SearchIndex(RecordingFolder folder, RecordingKeys keys, ILogger<SearchIndex> log) : IAsyncDisposable
{
    private const string FileName = "index.sealed", InClear = "index.db";
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS sources (id INTEGER PRIMARY KEY, session_id TEXT NOT NULL UNIQUE, owner_arn TEXT NOT NULL, owner_id TEXT NOT NULL, node_id TEXT NOT NULL, started_at BIGINT NOT NULL, complete BIGINT NOT NULL);
        CREATE TABLE IF NOT EXISTS batches (source BIGINT NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL);
        CREATE INDEX IF NOT EXISTS batches_by_source ON batches (source);
        CREATE VIRTUAL TABLE IF NOT EXISTS lines USING fts5(text, source UNINDEXED, time UNINDEXED, kind UNINDEXED, tokenize = 'unicode61 remove_diacritics 2');
        """;

    private readonly SemaphoreSlim _opening = new(1, 1);
    private volatile SqliteDatabase? _opened;

    /// <summary>Makes it when it is missing, and forgets what was half done. Whoever comes first does it: a search may be asked for before anything was indexed.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken) => await DatabaseAsync(cancellationToken);

    private async ValueTask<SqliteDatabase> DatabaseAsync(CancellationToken cancellationToken)
    {
        if (_opened is { } opened)
            return opened;
        await _opening.WaitAsync(cancellationToken);
        try
        {
            return _opened ??= await MakeAsync(cancellationToken);
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task<SqliteDatabase> MakeAsync(CancellationToken cancellationToken)
    {
        RecordingFolder.Make(folder.Root);
        RemoveClear();
        var path = Path.Combine(folder.Root, FileName);
        try
        {
            return await MakeAsync(path, cancellationToken);
        }
        catch (Exception e) when (IsUnusable(e))
        {
            log.IndexMadeAgain(e.Message);
            SqliteDatabase.Delete(path);
            return await MakeAsync(path, cancellationToken);
        }
    }

    private async Task<SqliteDatabase> MakeAsync(string path, CancellationToken cancellationToken)
    {
        var database = new SqliteDatabase(path, keys.IndexKey);
        try
        {
            await database.WriteAsync(connection => connection.ExecuteAsync(Schema, null, cancellationToken), cancellationToken);
            foreach (var half in await database.QueryAsync<string>("SELECT session_id FROM sources WHERE complete = 0", null, cancellationToken))
                await RemoveAsync(database, half, cancellationToken);
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    // Earlier versions kept the text in clear. Its recordings are all there, so it is entered anew.
    private void RemoveClear()
    {
        var path = Path.Combine(folder.Root, InClear);
        if (!File.Exists(path))
            return;
        SqliteDatabase.Delete(path);
        log.ClearIndexRemoved(path);
    }

    // Sealed with another database's key, or damaged.
    private static bool IsUnusable(Exception e) => (e as SqliteException ?? e.InnerException as SqliteException) is { } fault
        && (fault.SqliteErrorCode is SqliteCode.Corrupt or SqliteCode.NotADatabase || fault.SqliteExtendedErrorCode == SqliteCode.Damaged);

    /// <summary>The recordings that are in it whole.</summary>
    public async Task<HashSet<string>> CompleteAsync(CancellationToken cancellationToken)
    {
        var database = await DatabaseAsync(cancellationToken);
        return [.. await database.QueryAsync<string>("SELECT session_id FROM sources WHERE complete = 1", null, cancellationToken)];
    }

    public async Task<long> AddSourceAsync(RecordingRow row, CancellationToken cancellationToken) => await (await DatabaseAsync(cancellationToken)).WriteAsync(connection => connection.ExecuteScalarAsync<long>(
        "INSERT INTO sources (session_id, owner_arn, owner_id, node_id, started_at, complete) VALUES (@SessionId, @OwnerArn, @OwnerId, @NodeId, @StartedAt, 0) RETURNING id", SqlParameters.Of(row), cancellationToken), cancellationToken);

    /// <summary>Adds lines, in one transaction; with the last, the recording is complete.</summary>
    public async Task AddAsync(long source, IReadOnlyList<RecordedLine> lines, bool complete, CancellationToken cancellationToken) => await (await DatabaseAsync(cancellationToken)).WriteAsync(async connection =>
    {
        var first = 1 + await connection.ExecuteScalarAsync<long>("SELECT COALESCE(MAX(id), 0) FROM lines_content", null, cancellationToken);
        var last = first + lines.Count - 1;
        await connection.ExecuteEachAsync("INSERT INTO lines (rowid, text, source, time, kind) VALUES (@id, @Text, @source, @Time, @kind)",
            lines.Select((line, i) => new { id = first + i, line.Text, source, line.Time, kind = KindOf(line.Kind) }), cancellationToken);
        if (lines.Count > 0)
            await connection.ExecuteAsync("INSERT INTO batches (source, first, last) VALUES (@source, @first, @last)", SqlParameters.Of(new { source, first, last }), cancellationToken);
        if (complete)
            await connection.ExecuteAsync("UPDATE sources SET complete = 1 WHERE id = @source", SqlParameters.Of(new { source }), cancellationToken);
        return lines.Count;
    }, cancellationToken);

    public async Task RemoveAsync(string sessionId, CancellationToken cancellationToken) => await RemoveAsync(await DatabaseAsync(cancellationToken), sessionId, cancellationToken);

    private static Task RemoveAsync(SqliteDatabase database, string sessionId, CancellationToken cancellationToken) => database.WriteAsync(async connection =>
    {
        var removed = 0;
        foreach (var batch in await connection.QueryAsync<Batch>(
            "SELECT b.source, b.first, b.last FROM batches b JOIN sources s ON s.id = b.source WHERE s.session_id = @sessionId", SqlParameters.Of(new { sessionId }), cancellationToken))
            removed += await connection.ExecuteAsync("DELETE FROM lines WHERE rowid BETWEEN @First AND @Last", SqlParameters.Of(batch), cancellationToken);
        await connection.ExecuteAsync("DELETE FROM batches WHERE source IN (SELECT id FROM sources WHERE session_id = @sessionId)", SqlParameters.Of(new { sessionId }), cancellationToken);
        await connection.ExecuteAsync("DELETE FROM sources WHERE session_id = @sessionId", SqlParameters.Of(new { sessionId }), cancellationToken);
        return removed;
    }, cancellationToken);

    /// <summary>Lines with these words, of the newest sessions first.</summary>
    /// <param name="match">In FTS5's language; see <see cref="SearchQuery"/>.</param>
    /// <param name="conditions">On s (a source) and l (a line).</param>
    /// <param name="offset">Hits to leave out.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<FoundLine>> FindAsync(string match, SqlConditions conditions, int offset, int limit, CancellationToken cancellationToken)
    {
        var database = await DatabaseAsync(cancellationToken);
        var parameters = conditions.Parameters;
        parameters.Add(SqlParameters.Of(new { match, offset, limit }));
        return await database.QueryAsync<FoundLine>(
            $"""
            SELECT s.session_id, s.owner_arn, s.owner_id, s.node_id, s.started_at, l.text, CAST(l.time AS INTEGER) AS time, CAST(l.kind AS TEXT) AS kind
            FROM lines l JOIN sources s ON s.id = l.source WHERE lines MATCH @match AND {conditions.Sql} ORDER BY s.started_at DESC, s.session_id, l.rowid LIMIT @limit OFFSET @offset
            """, parameters, cancellationToken);
    }

    public static string KindOf(RecordingEventKind kind) => kind switch
    {
        RecordingEventKind.Statement => "statement",
        RecordingEventKind.Flow => "flow",
        RecordingEventKind.Gap => "gap",
        RecordingEventKind.Note => "note",
        _ => "output",
    };

    public ValueTask DisposeAsync() => _opened?.DisposeAsync() ?? ValueTask.CompletedTask;

    private sealed class Batch
    {
        public long Source { get; set; }
        public long First { get; set; }
        public long Last { get; set; }
    }
}

/// <summary>A line that was found, and whose it is.</summary>
internal sealed class FoundLine
{
    public string SessionId { get; set; } = "";
    public string OwnerArn { get; set; } = "";
    public string OwnerId { get; set; } = "";
    public string NodeId { get; set; } = "";
    public long StartedAt { get; set; }
    public string Text { get; set; } = "";
    public long Time { get; set; }
    public string Kind { get; set; } = "";
}
