using Postern.Server.Storage;

namespace Postern.Tests.Storage;

public sealed class SqlConnectionsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task Every_kind_of_value_comes_back_as_it_was_given(DatabaseKind kind)
    {
        await using var fixture = await ThingsAsync(kind);
        var full = new Thing { Id = 1, LongName = "naïve @name '; --", MaybeCount = long.MinValue, Content = [0, 1, 255] };
        var empty = new Thing { Id = 2 };
        await fixture.Database.WriteAsync(connection => connection.ExecuteEachAsync(
            "INSERT INTO things (id, long_name, maybe_count, content) VALUES (@Id, @LongName, @MaybeCount, @Content)", [full, empty], Cancel), Cancel);

        var rows = await fixture.Database.QueryAsync<Thing>("SELECT id, long_name, maybe_count, content, 7 AS not_a_member FROM things ORDER BY id", null, Cancel);
        Assert.Equal(2, rows.Count);
        Assert.Equal((full.Id, full.LongName, full.MaybeCount), (rows[0].Id, rows[0].LongName, rows[0].MaybeCount));
        Assert.Equal(full.Content, rows[0].Content);
        Assert.Equal((2L, null, null, null), (rows[1].Id, rows[1].LongName, rows[1].MaybeCount, rows[1].Content));
    }

    [Theory, EachDatabase]
    public async Task A_null_has_the_type_of_its_member(DatabaseKind kind)
    {
        await using var fixture = await ThingsAsync(kind);
        string? name = null;
        long? count = null;
        var rows = await fixture.Database.QueryAsync<long>("SELECT id FROM things WHERE @name IS NULL OR long_name = @name OR maybe_count = @count", SqlParameters.Of(new { name, count }), Cancel);
        Assert.Empty(rows);
    }

    [Theory, EachDatabase]
    public async Task One_row_none_and_several(DatabaseKind kind)
    {
        await using var fixture = await ThingsAsync(kind);
        var database = fixture.Database;
        Assert.Null(await database.QuerySingleOrDefaultAsync<Thing>("SELECT id FROM things", null, Cancel));
        Assert.Null(await database.QuerySingleOrDefaultAsync<long?>("SELECT MAX(id) FROM things", null, Cancel));
        await database.ExecuteAsync("INSERT INTO things (id) VALUES (1), (2)", null, Cancel);
        Assert.Equal(3L, await database.QuerySingleOrDefaultAsync<long>("SELECT SUM(id) FROM things", null, Cancel));
        Assert.Equal(2L, (await database.QuerySingleOrDefaultAsync<Thing>("SELECT id FROM things WHERE id > @limit", SqlParameters.Of(new { limit = 1, unused = "x" }), Cancel))!.Id);
        await Assert.ThrowsAsync<InvalidOperationException>(() => database.QuerySingleOrDefaultAsync<Thing>("SELECT id FROM things", null, Cancel));
    }

    [Fact]
    public void What_the_databases_store_differently_is_refused()
        => Assert.Contains("when is a DateTime", Assert.Throws<InvalidOperationException>(() => new SqlParameters().Add("when", DateTime.UnixEpoch)).Message);

    private static async Task<DatabaseFixture> ThingsAsync(DatabaseKind kind)
    {
        var fixture = await DatabaseFixture.CreateAsync(kind);
        var bytes = kind == DatabaseKind.Sqlite ? "BLOB" : "BYTEA";
        await fixture.Database.ExecuteAsync($"CREATE TABLE things (id BIGINT PRIMARY KEY, long_name TEXT, maybe_count BIGINT, content {bytes})", null, Cancel);
        return fixture;
    }

    private sealed class Thing
    {
        public long Id { get; init; }
        public string? LongName { get; init; }
        public long? MaybeCount { get; init; }
        public byte[]? Content { get; init; }
    }
}
