using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Postern.Server.Storage;
using Postern.Server.Storage.Sealed;
using Postern.Tests.Support;

namespace Postern.Tests.Storage.Sealed;

/// <summary>SQLite in files that are sealed.</summary>
public sealed class SealedDatabaseTests : IDisposable
{
    private const string Word = "zebrafinch";
    private const string Lines = "CREATE VIRTUAL TABLE IF NOT EXISTS lines USING fts5(text)";

    private readonly TempFolder _folder = new();
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_written_is_found_again_and_stands_nowhere_in_clear()
    {
        await using (var database = new SqliteDatabase(_folder["a.db"], _key))
        {
            await FillAsync(database, 0, 2000);
            Assert.Equal(2000, await CountAsync(database));
            Assert.True(File.Exists(_folder["a.db-wal"]));
            AssertNothingInClear();
        }
        AssertNothingInClear();
        await using var again = new SqliteDatabase(_folder["a.db"], _key);
        Assert.Equal(2000, await CountAsync(again));
        Assert.Equal("ok", await again.QuerySingleOrDefaultAsync<string>("PRAGMA integrity_check", null, Cancel));
    }

    [Fact]
    public async Task The_same_database_without_a_key_would_have_been_seen_in_clear()
    {
        await using (var database = new SqliteDatabase(_folder["a.db"]))
            await FillAsync(database, 0, 10);
        Assert.Contains(Directory.EnumerateFiles(_folder.Path), file => Encoding.Latin1.GetString(File.ReadAllBytes(file)).Contains(Word));
    }

    [Fact]
    public async Task Another_key_opens_nothing()
    {
        await using (var database = new SqliteDatabase(_folder["a.db"], _key))
            await FillAsync(database, 0, 10);
        await using var stranger = new SqliteDatabase(_folder["a.db"], RandomNumberGenerator.GetBytes(32));
        Assert.IsType<SqliteException>((await Assert.ThrowsAsync<DatabaseException>(() => CountAsync(stranger))).InnerException);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4000)]
    [InlineData(9000)]
    public async Task After_a_crash_that_tore_the_log_everything_before_is_there(int torn)
    {
        await using var database = new SqliteDatabase(_folder["a.db"], _key);
        await FillAsync(database, 0, 100);
        await FillAsync(database, 100, 50);
        File.Copy(_folder["a.db"], _folder["b.db"]);
        var log = await File.ReadAllBytesAsync(_folder["a.db-wal"], Cancel);
        await File.WriteAllBytesAsync(_folder["b.db-wal"], log[..^torn], Cancel);
        await using var crashed = new SqliteDatabase(_folder["b.db"], _key);
        Assert.Equal(torn == 0 ? 150 : 100, await CountAsync(crashed));
        Assert.Equal("ok", await crashed.QuerySingleOrDefaultAsync<string>("PRAGMA integrity_check", null, Cancel));
        await FillAsync(crashed, 200, 50);
        Assert.Equal(torn == 0 ? 200 : 150, await CountAsync(crashed));
    }

    [Fact]
    public async Task A_changed_byte_and_a_page_in_another_s_place_are_faults_and_not_content()
    {
        await using (var database = new SqliteDatabase(_folder["a.db"], _key))
            await FillAsync(database, 0, 500);
        var good = await File.ReadAllBytesAsync(_folder["a.db"], Cancel);
        var changed = good.ToArray();
        changed[good.Length / 2] ^= 1;
        var moved = good.ToArray();
        const int page = SealedLayout.PageSize + SealedLayout.Overhead;
        good.AsSpan(page * 3, page).CopyTo(moved.AsSpan(page * 4));
        foreach (var bad in (byte[][])[changed, moved])
        {
            await File.WriteAllBytesAsync(_folder["a.db"], bad, Cancel);
            await using var database = new SqliteDatabase(_folder["a.db"], _key);
            var fault = await Assert.ThrowsAnyAsync<Exception>(() => database.QuerySingleOrDefaultAsync<string>("PRAGMA integrity_check", null, Cancel));
            Assert.Equal(SqliteCode.Damaged, (fault as SqliteException ?? fault.InnerException as SqliteException)!.SqliteExtendedErrorCode);
        }
    }

    [Theory]
    [InlineData("DELETE")]
    [InlineData("TRUNCATE")]
    [InlineData("WAL")]
    public async Task Transactions_larger_than_memory_are_kept_and_rolled_back_in_every_journal(string journal)
    {
        var text = new SqliteConnectionStringBuilder { DataSource = _folder["a.db"], Vfs = SealedVfs.Register(_key), Pooling = false }.ConnectionString;
        await using (var connection = new SqliteConnection(text))
        {
            await connection.OpenAsync(Cancel);
            await connection.ExecuteAsync($"PRAGMA journal_mode = {journal}; PRAGMA cache_size = 10; CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB)", null, Cancel);
            for (var round = 0; round < 6; round++)
            {
                await connection.ExecuteAsync($"BEGIN; DELETE FROM t WHERE id % 3 = {round % 3}", null, Cancel);
                await connection.ExecuteAsync("INSERT INTO t (body) SELECT CAST('zebrafinch' || hex(randomblob(700)) AS BLOB) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) SELECT i FROM n)", null, Cancel);
                AssertNothingInClear();
                await connection.ExecuteAsync(round % 2 == 0 ? "COMMIT" : "ROLLBACK", null, Cancel);
                Assert.Equal("ok", await connection.ExecuteScalarAsync<string>("PRAGMA integrity_check", null, Cancel));
            }
            await connection.ExecuteAsync("DELETE FROM t WHERE id % 2 = 0; VACUUM", null, Cancel);
        }
        AssertNothingInClear();
        await using var again = new SqliteConnection(text);
        await again.OpenAsync(Cancel);
        Assert.Equal("ok", await again.ExecuteScalarAsync<string>("PRAGMA integrity_check", null, Cancel));
        Assert.True(await again.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM t WHERE CAST(body AS TEXT) LIKE 'zebrafinch%'", null, Cancel) > 0);
    }

    private void AssertNothingInClear()
    {
        foreach (var file in Directory.EnumerateFiles(_folder.Path))
            using (var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
            {
                var bytes = new byte[stream.Length];
                stream.ReadExactly(bytes);
                var text = Encoding.Latin1.GetString(bytes);
                Assert.DoesNotContain(Word, text);
                Assert.DoesNotContain("SQLite format 3", text);
                Assert.DoesNotContain("CREATE ", text);
            }
    }

    private static Task<int> FillAsync(SqliteDatabase database, int first, int count) => database.WriteAsync(async connection =>
    {
        await connection.ExecuteAsync(Lines, null, Cancel);
        for (var i = first; i < first + count; i++)
            await connection.ExecuteAsync("INSERT INTO lines (text) VALUES (@text)", SqlParameters.Of(new { text = $"the {Word} number {i} sings {Guid.NewGuid()}" }), Cancel);
        return count;
    }, Cancel);

    private static async Task<long> CountAsync(SqliteDatabase database)
        => await database.QuerySingleOrDefaultAsync<long>("SELECT COUNT(*) FROM lines WHERE lines MATCH @match", SqlParameters.Of(new { match = $"\"{Word} number\"" }), Cancel);
}
