using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Postern.Server.Storage;

/// <summary>
/// The gateway's database: SQLite by default, PostgreSQL by connection string. SQL is written once for both: TEXT, BIGINT (times are Unix
/// milliseconds, booleans 0 or 1), {{bytes}} in migrations for BLOB/BYTEA, named parameters with @, ON CONFLICT, RETURNING, LIMIT.
/// Statements run by <see cref="SqlConnections"/> on the connections given out. Columns are snake_case and map to members by name: rows are classes or
/// records with settable members of type string, long, long?, byte[] (no bool, int or positional records, which the two drivers map differently).
/// </summary>
internal abstract class Database : IAsyncDisposable
{
    /// <param name="connectionString">"sqlite:PATH" or a PostgreSQL connection string ("Host=…", "postgres://…").</param>
    /// <exception cref="DatabaseException">The connection string cannot be understood.</exception>
    public static Database Create(string connectionString)
        => connectionString.StartsWith(SqliteDatabase.Prefix, StringComparison.OrdinalIgnoreCase)
            ? new SqliteDatabase(connectionString[SqliteDatabase.Prefix.Length..])
            : new PostgresDatabase(connectionString);

    /// <summary>What the database is, for people: a path, or host and name. Never a password.</summary>
    public abstract string Description { get; }

    /// <summary>Whether other gateways may change it.</summary>
    public virtual bool IsShared => false;

    /// <summary>The type of {{bytes}} in migrations.</summary>
    protected internal abstract string BytesType { get; }

    /// <summary>Inside a write: waits until no other gateway migrates. Held to the end of the transaction.</summary>
    protected internal abstract Task LockMigrationsAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>An open connection for reading; dispose it to give it back. Writing on it fails on SQLite: use <see cref="WriteAsync{T}"/>.</summary>
    public abstract Task<DbConnection> OpenAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Runs <paramref name="work"/> in a transaction that is committed when it returns and rolled back when it throws. On SQLite writers take
    /// turns, without blocking a thread; so the work must not wait for anything but the connection given, and must not write again inside.
    /// </summary>
    public abstract Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellationToken);

    /// <summary>One writing statement; returns the number of rows it changed.</summary>
    public Task<int> ExecuteAsync(string sql, SqlParameters? parameters, CancellationToken cancellationToken)
        => WriteAsync(connection => connection.ExecuteAsync(sql, parameters, cancellationToken), cancellationToken);

    /// <summary>The rows of a reading statement.</summary>
    public async Task<IReadOnlyList<T>> QueryAsync<[DynamicallyAccessedMembers(SqlRow.Needed)] T>(string sql, SqlParameters? parameters, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        return await connection.QueryAsync<T>(sql, parameters, cancellationToken);
    }

    /// <summary>The only row of a reading statement, or the default value (null) when there is none.</summary>
    public async Task<T?> QuerySingleOrDefaultAsync<[DynamicallyAccessedMembers(SqlRow.Needed)] T>(string sql, SqlParameters? parameters, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<T>(sql, parameters, cancellationToken);
    }

    /// <summary>Applies the migrations that are missing, in order, each in a transaction, under a lock that other gateways respect.</summary>
    /// <exception cref="DatabaseException">A migration applied earlier was changed, the database is newer than this program, or it does not answer.</exception>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Migrator.MigrateAsync(this, Migration.LoadAll(), TimeProvider.System, cancellationToken);
        }
        catch (DbException e)
        {
            var cause = e.InnerException is null ? "" : $" ({e.GetBaseException().Message})";
            throw new DatabaseException($"{Description} cannot be used: {e.Message}{cause}", e);
        }
    }

    public abstract ValueTask DisposeAsync();
}
