using Postern.Server.Storage;

namespace Postern.Tests.Storage;

public sealed class DatabaseTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task Migrations_run_once_and_a_second_start_changes_nothing(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var first = await fixture.Database.QueryAsync<long>("SELECT number FROM schema_migrations ORDER BY number", null, Cancel);
        await fixture.Database.MigrateAsync(Cancel);
        var second = await fixture.Database.QueryAsync<long>("SELECT number FROM schema_migrations ORDER BY number", null, Cancel);
        Assert.Equal(Migration.LoadAll().Select(migration => migration.Number), first);
        Assert.Equal(first, second);
    }

    [Theory, EachDatabase]
    public async Task Gateways_that_start_together_share_the_migrations(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateEmptyAsync(kind);
        var gateways = Enumerable.Range(0, 5).Select(_ => fixture.OpenAgain()).ToList();
        await Task.WhenAll(gateways.Select(gateway => Task.Run(() => gateway.MigrateAsync(Cancel))));
        var applied = await fixture.Database.QueryAsync<long>("SELECT COUNT(*) FROM schema_migrations", null, Cancel);
        Assert.Equal(Migration.LoadAll().Count, applied[0]);
        foreach (var gateway in gateways)
            await gateway.DisposeAsync();
    }

    [Theory, EachDatabase]
    public async Task A_migration_that_fails_leaves_nothing_behind(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateEmptyAsync(kind);
        var broken = new Migration(1, "broken", "CREATE TABLE half (id BIGINT); INSERT INTO no_such_table VALUES (1);");
        var error = await Assert.ThrowsAsync<DatabaseException>(() => Migrator.MigrateAsync(fixture.Database, [broken], TimeProvider.System, Cancel));
        Assert.Contains("Migration 1 (broken)", error.Message);
        await Migrator.MigrateAsync(fixture.Database, [broken with { Sql = "CREATE TABLE half (id BIGINT, whole {{bytes}});" }], TimeProvider.System, Cancel);
        Assert.Empty(await fixture.Database.QueryAsync<long>("SELECT id FROM half", null, Cancel));
    }

    [Theory, EachDatabase]
    public async Task A_changed_migration_is_refused(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateEmptyAsync(kind);
        await Migrator.MigrateAsync(fixture.Database, [new Migration(1, "first", "CREATE TABLE a (id BIGINT);")], TimeProvider.System, Cancel);
        var error = await Assert.ThrowsAsync<DatabaseException>(() =>
            Migrator.MigrateAsync(fixture.Database, [new Migration(1, "first", "CREATE TABLE a (id TEXT);")], TimeProvider.System, Cancel));
        Assert.Contains("was changed", error.Message);
    }

    [Theory, EachDatabase]
    public async Task A_database_of_a_newer_program_is_refused(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateEmptyAsync(kind);
        var first = new Migration(1, "first", "CREATE TABLE a (id BIGINT);");
        await Migrator.MigrateAsync(fixture.Database, [first, new Migration(2, "second", "CREATE TABLE b (id BIGINT);")], TimeProvider.System, Cancel);
        var error = await Assert.ThrowsAsync<DatabaseException>(() => Migrator.MigrateAsync(fixture.Database, [first], TimeProvider.System, Cancel));
        Assert.Contains("newer postern-server", error.Message);
        Assert.Contains("2 (second)", error.Message);
    }

    [Theory, EachDatabase]
    public async Task Fifty_writers_of_two_gateways_lose_no_update(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateEmptyAsync(kind);
        await using var other = fixture.OpenAgain();
        await fixture.Database.ExecuteAsync("CREATE TABLE counters (name TEXT PRIMARY KEY, value BIGINT NOT NULL)", null, Cancel);
        await fixture.Database.ExecuteAsync("INSERT INTO counters (name, value) VALUES ('a', 0)", null, Cancel);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(writer => Task.Run(async () =>
        {
            var database = writer % 2 == 0 ? fixture.Database : other;
            for (var i = 0; i < 10; i++)
            {
                await database.ExecuteAsync("UPDATE counters SET value = value + 1 WHERE name = @name", SqlParameters.Of(new { name = "a" }), Cancel);
                await database.QueryAsync<long>("SELECT value FROM counters", null, Cancel);
            }
        })));
        Assert.Equal([500L], await fixture.Database.QueryAsync<long>("SELECT value FROM counters", null, Cancel));
    }

    [Theory, EachDatabase]
    public async Task Work_that_throws_is_rolled_back_and_the_next_write_succeeds(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateEmptyAsync(kind);
        await fixture.Database.ExecuteAsync("CREATE TABLE rows (id BIGINT PRIMARY KEY)", null, Cancel);
        await Assert.ThrowsAsync<InvalidOperationException>(() => fixture.Database.WriteAsync<int>(async connection =>
        {
            await connection.ExecuteAsync("INSERT INTO rows (id) VALUES (1)", null, Cancel);
            throw new InvalidOperationException();
        }, Cancel));
        await fixture.Database.ExecuteAsync("INSERT INTO rows (id) VALUES (2)", null, Cancel);
        Assert.Equal([2L], await fixture.Database.QueryAsync<long>("SELECT id FROM rows", null, Cancel));
    }

    [Fact]
    public async Task A_reading_connection_of_sqlite_does_not_write()
    {
        await using var fixture = await DatabaseFixture.CreateEmptyAsync(DatabaseKind.Sqlite);
        await fixture.Database.ExecuteAsync("CREATE TABLE rows (id BIGINT PRIMARY KEY)", null, Cancel);
        await using var connection = await fixture.Database.OpenAsync(Cancel);
        var error = await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => connection.ExecuteAsync("INSERT INTO rows (id) VALUES (1)", null, Cancel));
        Assert.Contains("readonly", error.Message);
    }

    [Fact]
    public async Task The_sqlite_file_is_its_owners_alone()
    {
        await using var fixture = await DatabaseFixture.CreateAsync(DatabaseKind.Sqlite);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(fixture.ConnectionString["sqlite:".Length..]));
    }

    [Theory]
    [InlineData("postgres://ann:s%20ecret@db.example:5433/postern?sslmode=require", "PostgreSQL db.example:5433/postern")]
    [InlineData("postgresql://db.example", "PostgreSQL db.example:5432")]
    [InlineData("Host=db.example;Database=x;Username=ann;Password=secret", "PostgreSQL db.example:5432/x")]
    public async Task Both_spellings_of_a_postgresql_connection_are_understood(string text, string description)
    {
        await using var database = Database.Create(text);
        Assert.StartsWith(description, database.Description);
        Assert.DoesNotContain("ecret", database.Description);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("sqlite:")]
    [InlineData("Host=x;Passwort=secret")]
    [InlineData("postgres://ann:secret@host:port/x")]
    public void A_bad_connection_string_is_refused_without_repeating_it(string text)
    {
        var error = Assert.Throws<DatabaseException>(() => Database.Create(text));
        Assert.DoesNotContain("secret", error.ToString());
    }
}
