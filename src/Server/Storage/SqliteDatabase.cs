using System.Data.Common;
using Microsoft.Data.Sqlite;
using Postern.Server.Storage.Sealed;

namespace Postern.Server.Storage;

/// <summary>
/// One SQLite file in WAL mode. Many connections read; one connection writes, and writers wait for it in an async queue: two writers on two
/// connections would block threads in SQLite's busy handler and time out under load.
/// </summary>
internal sealed class SqliteDatabase : Database
{
    public const string Prefix = "sqlite:";
    private const int BusyTimeoutSeconds = 30;

    private readonly string _path;
    private readonly string _readString;
    private readonly string _writeString;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private SqliteConnection? _writer;

    static SqliteDatabase() => SQLitePCL.Batteries_V2.Init();

    /// <param name="path">Of its file.</param>
    /// <param name="sealingKey">32 bytes: nothing of it stands on the disk but sealed with this key. Null: it stands there in clear.</param>
    public SqliteDatabase(string path, byte[]? sealingKey = null)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw new DatabaseException("The database 'sqlite:' names no file; give sqlite:PATH.");
        _path = Path.GetFullPath(path);
        var common = new SqliteConnectionStringBuilder { DataSource = _path, ForeignKeys = true, DefaultTimeout = BusyTimeoutSeconds };
        if (sealingKey is not null)
            common.Vfs = SealedVfs.Register(sealingKey);
        _writeString = new SqliteConnectionStringBuilder(common.ConnectionString) { Mode = SqliteOpenMode.ReadWriteCreate, Pooling = false }.ConnectionString;
        _readString = new SqliteConnectionStringBuilder(common.ConnectionString) { Mode = SqliteOpenMode.ReadWrite }.ConnectionString;
    }

    /// <summary>Takes it off the disk with what SQLite has put beside it. Nobody may have it open.</summary>
    public static void Delete(string path)
    {
        foreach (var ending in (string[])["", "-wal", "-shm", "-journal"])
            File.Delete(path + ending);
    }

    public override string Description => $"SQLite {_path}";

    protected internal override string BytesType => "BLOB";

    // BEGIN IMMEDIATE already keeps every other writer out, of this process and of others.
    protected internal override Task LockMigrationsAsync(DbConnection connection, CancellationToken cancellationToken) => Task.CompletedTask;

    public override async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        // Opened for writing, because a reader of a WAL file may have to recover it; query_only keeps statements from changing it.
        var connection = new SqliteConnection(_readString);
        await OpenAsync(connection, "PRAGMA query_only = ON; PRAGMA cache_size = -256; PRAGMA temp_store = MEMORY", cancellationToken);
        return connection;
    }

    public override async Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var writer = await WriterAsync(cancellationToken);
            // Not BeginTransaction: its commands must carry the transaction object, which PostgreSQL's need not.
            await ExecuteAsync(writer, "BEGIN IMMEDIATE", cancellationToken);
            try
            {
                var result = await work(writer);
                await ExecuteAsync(writer, "COMMIT", CancellationToken.None);
                return result;
            }
            catch
            {
                await RollBackAsync(writer);
                throw;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        if (_writer is not null)
            await _writer.DisposeAsync();
        _writer = null;
        using var pool = new SqliteConnection(_readString);
        SqliteConnection.ClearPool(pool);
        _turn.Release();
    }

    private async Task<SqliteConnection> WriterAsync(CancellationToken cancellationToken)
    {
        if (_writer is not null)
            return _writer;
        EnsureFile();
        var connection = new SqliteConnection(_writeString);
        // NORMAL loses at most the last commits on a power cut, never consistency, and saves a disk flush per write.
        await OpenAsync(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY", cancellationToken);
        return _writer = connection;
    }

    // SQLite would make it readable by everybody; its -wal and -shm files take the mode of this one. Another gateway may do the same now.
    private void EnsureFile()
    {
        try
        {
            PrivateFile.Ensure(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatabaseException($"The database {_path} cannot be made: {e.Message}", e);
        }
    }

    private async Task OpenAsync(SqliteConnection connection, string pragmas, CancellationToken cancellationToken)
    {
        try
        {
            await connection.OpenAsync(cancellationToken);
            await ExecuteAsync(connection, $"PRAGMA busy_timeout = {BusyTimeoutSeconds * 1000}; {pragmas}", cancellationToken);
        }
        catch (SqliteException e)
        {
            await connection.DisposeAsync();
            throw new DatabaseException($"The database {_path} cannot be opened: {e.Message}", e);
        }
    }

    private async Task RollBackAsync(SqliteConnection writer)
    {
        try
        {
            await ExecuteAsync(writer, "ROLLBACK", CancellationToken.None);
        }
        catch (SqliteException)
        {
            // SQLite has ended the transaction itself (disk full, I/O error); a new connection starts clean either way.
            _writer = null;
            await writer.DisposeAsync();
        }
    }

    private static async Task ExecuteAsync(SqliteConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
