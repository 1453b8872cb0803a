using Postern.Server.Storage;
using Postern.Tests.Support;

namespace Postern.Tests.Storage;

/// <summary>A fresh database of one test: a new SQLite file, or a new database of a real PostgreSQL server. See <see cref="EachDatabaseAttribute"/>.</summary>
internal sealed class DatabaseFixture : IAsyncDisposable
{
    private readonly TempFolder _folder = new();

    private DatabaseFixture(Func<TempFolder, string> connectionString)
    {
        ConnectionString = connectionString(_folder);
        Database = Database.Create(ConnectionString);
    }

    public string ConnectionString { get; }

    public Database Database { get; }

    /// <summary>With all migrations applied.</summary>
    public static async Task<DatabaseFixture> CreateAsync(DatabaseKind kind)
    {
        var fixture = await CreateEmptyAsync(kind);
        await fixture.Database.MigrateAsync(TestContext.Current.CancellationToken);
        return fixture;
    }

    /// <summary>Without any table.</summary>
    public static async Task<DatabaseFixture> CreateEmptyAsync(DatabaseKind kind)
    {
        var postgres = kind == DatabaseKind.Postgres ? await PostgresServer.CreateDatabaseAsync() : null;
        return new DatabaseFixture(folder => postgres ?? $"sqlite:{folder["test.db"]}");
    }

    /// <summary>A second gateway's view of the same database.</summary>
    public Database OpenAgain() => Database.Create(ConnectionString);

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        _folder.Dispose();
    }
}
