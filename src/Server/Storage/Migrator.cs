using System.Data.Common;

namespace Postern.Server.Storage;

/// <summary>Brings a database up to the program's schema, forward only.</summary>
internal static class Migrator
{
    private const string CreateTable =
        """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            number BIGINT PRIMARY KEY,
            name TEXT NOT NULL,
            applied_at BIGINT NOT NULL,
            checksum TEXT NOT NULL
        )
        """;

    public static async Task MigrateAsync(Database database, IReadOnlyList<Migration> migrations, TimeProvider time, CancellationToken cancellationToken)
    {
        // A transaction per migration, each taking the lock and looking again: gateways that start together share the work.
        while (await database.WriteAsync(connection => ApplyNextAsync(database, connection, migrations, time, cancellationToken), cancellationToken))
        {
        }
    }

    /// <summary>False when nothing is missing.</summary>
    private static async Task<bool> ApplyNextAsync(Database database, DbConnection connection, IReadOnlyList<Migration> migrations, TimeProvider time, CancellationToken cancellationToken)
    {
        await database.LockMigrationsAsync(connection, cancellationToken);
        await connection.ExecuteAsync(CreateTable, null, cancellationToken);
        var applied = (await connection.QueryAsync<AppliedMigration>(
            "SELECT number, name, checksum FROM schema_migrations ORDER BY number", null, cancellationToken));
        Check(database, migrations, applied);
        if (migrations.Count == applied.Count)
            return false;
        var next = migrations[applied.Count];
        try
        {
            await connection.ExecuteAsync(next.Sql.Replace("{{bytes}}", database.BytesType), null, cancellationToken);
        }
        catch (DbException e)
        {
            throw new DatabaseException($"Migration {next.Number} ({next.Name}) failed on {database.Description}: {e.Message}", e);
        }
        await connection.ExecuteAsync(
            "INSERT INTO schema_migrations (number, name, applied_at, checksum) VALUES (@Number, @Name, @AppliedAt, @Checksum)",
            SqlParameters.Of(new { next.Number, next.Name, AppliedAt = time.GetUtcNow().ToUnixTimeMilliseconds(), next.Checksum }), cancellationToken);
        return true;
    }

    // What was applied must be the beginning of what this program knows.
    private static void Check(Database database, IReadOnlyList<Migration> known, List<AppliedMigration> applied)
    {
        for (var i = 0; i < applied.Count; i++)
        {
            var have = applied[i];
            if (i >= known.Count || known.All(migration => migration.Number != have.Number))
                throw new DatabaseException($"{database.Description} was written by a newer postern-server: it has migration {have.Number} ({have.Name}), which this one does not know. Run the newer program.");
            if (known[i].Number != have.Number)
                throw new DatabaseException($"Migration {known[i].Number} ({known[i].Name}) is missing from {database.Description}, though the later {have.Number} ({have.Name}) was applied.");
            if (known[i].Checksum != have.Checksum)
                throw new DatabaseException($"Migration {have.Number} ({have.Name}) was changed after it was applied to {database.Description}. Restore the file or use a new database.");
        }
    }

    private sealed class AppliedMigration
    {
        public long Number { get; set; }
        public string Name { get; set; } = "";
        public string Checksum { get; set; } = "";
    }
}
