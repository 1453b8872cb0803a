using System.Data.Common;
using Npgsql;

namespace Postern.Server.Storage;

/// <summary>A PostgreSQL database, possibly shared by several gateways. Transactions run at READ COMMITTED.</summary>
internal sealed class PostgresDatabase : Database
{
    /// <summary>The advisory lock that gateways migrate under: "postern" in ASCII.</summary>
    private const long MigrationLock = 0x706F737465726E;

    private readonly NpgsqlDataSource _source;

    public PostgresDatabase(string connectionString)
    {
        try
        {
            var settings = PostgresUrl.Parse(connectionString);
            settings.ApplicationName ??= "postern-server";
            _source = NpgsqlDataSource.Create(settings);
            Description = $"PostgreSQL {settings.Host}:{settings.Port}/{settings.Database ?? settings.Username}";
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            // The message of the exception may repeat the connection string, and with it the password.
            throw new DatabaseException("The database is neither sqlite:PATH, postgres://USER:PASSWORD@HOST:PORT/NAME nor a PostgreSQL connection string (Host=…;Database=…).");
        }
    }

    public override string Description { get; }

    public override bool IsShared => true;

    protected internal override string BytesType => "BYTEA";

    protected internal override Task LockMigrationsAsync(DbConnection connection, CancellationToken cancellationToken)
        => connection.ExecuteAsync("SELECT pg_advisory_xact_lock(@MigrationLock)", SqlParameters.Of(new { MigrationLock }), cancellationToken);

    public override async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
        => await _source.OpenConnectionAsync(cancellationToken);

    public override async Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var result = await work(connection);
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    public override ValueTask DisposeAsync() => _source.DisposeAsync();
}
