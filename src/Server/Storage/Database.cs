using System.Data.Common;

namespace Postern.Server.Storage;

/// <summary>
/// The gateway's database: SQLite by default, PostgreSQL by connection string. SQL is written once for both (TEXT, BIGINT milliseconds,
/// {{bytes}} in migrations for BLOB/BYTEA, named parameters with @, ON CONFLICT, RETURNING); stores use Dapper on the connections given out.
/// </summary>
internal sealed class Database
{
    // CONTRACT STUB
    /// <summary>"sqlite:PATH" or a PostgreSQL connection string ("Host=..." or "postgres://...").</summary>
    public static Database Create(string connectionString) => throw new NotImplementedException();

    /// <summary>Applies the migrations that are missing, in order, each in a transaction, under a lock that other gateways respect.</summary>
    public Task MigrateAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>An open connection; dispose it to give it back.</summary>
    public Task<DbConnection> OpenAsync(CancellationToken cancellationToken) => throw new NotImplementedException();
}
