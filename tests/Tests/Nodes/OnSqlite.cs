using Postern.Server.Storage;

namespace Postern.Tests.Nodes;

/// <summary>A database file of its own for each test.</summary>
internal static class SqliteFile
{
    public static async Task<Database> OpenAsync()
    {
        var database = Database.Create("sqlite:" + Path.Combine(Directory.CreateTempSubdirectory("postern-nodes-").FullName, "postern.db"));
        await database.MigrateAsync(TestContext.Current.CancellationToken);
        return database;
    }
}

public sealed class ActivationTestsOnSqlite : ActivationTests
{
    internal override Task<Database> OpenDatabaseAsync() => SqliteFile.OpenAsync();
}

public sealed class InventoryTestsOnSqlite : InventoryTests
{
    internal override Task<Database> OpenDatabaseAsync() => SqliteFile.OpenAsync();
}

public sealed class ResourceTagTestsOnSqlite : ResourceTagTests
{
    internal override Task<Database> OpenDatabaseAsync() => SqliteFile.OpenAsync();
}
