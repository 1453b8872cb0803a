using Postern.Protocol.Audit;
using Postern.Server.Audit;
using Postern.Server.Iam;
using Postern.Server.Storage;
using Postern.Tests.Storage;
using Postern.Tests.Support;

namespace Postern.Tests.Audit;

/// <summary>Whatever somebody with the database in hand does to the log is found, and the first bad entry named.</summary>
public sealed class AuditChainTests
{
    private static readonly string[] TextColumns =
        ["event_id", "event_name", "event_source", "user_name", "access_key_id", "resources", "error_code", "record", "previous", "hash"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task A_log_as_it_was_written_is_whole(DatabaseKind kind)
    {
        await using var world = await AuditWorld.CreateAsync(kind);
        Assert.Null(await world.VerifyAsync());
        await world.RecordAsync(7);
        Assert.Null(await world.VerifyAsync());
        Assert.Equal(Enumerable.Range(1, 7).Select(i => (long)i), (await world.Store.PageAsync(0, 100, Cancel)).Select(entry => entry.Sequence));
    }

    [Fact]
    public async Task Every_changed_byte_of_an_entry_is_found()
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.RecordAsync(3);
        var entry = (await world.Store.PageAsync(1, 1, Cancel)).Single();
        var unseen = new List<string>();
        foreach (var column in TextColumns)
        {
            var text = await world.Fixture.Database.QuerySingleOrDefaultAsync<string>($"SELECT {column} FROM audit_log WHERE sequence = 2", null, Cancel);
            for (var i = 0; i < text!.Length; i++)
            {
                var changed = text[..i] + (char)(text[i] ^ 1) + text[(i + 1)..];
                await world.ExecuteAsync($"UPDATE audit_log SET {column} = @changed WHERE sequence = 2", SqlParameters.Of(new { changed }));
                var fault = await world.VerifyAsync(withKey: false);
                if (fault?.StartsWith("Entry 2 ", StringComparison.Ordinal) != true)
                    unseen.Add($"{column}[{i}]: {fault}");
            }
            await world.ExecuteAsync($"UPDATE audit_log SET {column} = @text WHERE sequence = 2", SqlParameters.Of(new { text }));
        }
        Assert.Empty(unseen);
        Assert.Null(await world.VerifyAsync());
        await world.ExecuteAsync("UPDATE audit_log SET time = time + 1 WHERE sequence = 2");
        Assert.StartsWith("Entry 2 was changed", await world.VerifyAsync());
        await world.ExecuteAsync("UPDATE audit_log SET time = time - 1, read_only = 1 - read_only WHERE sequence = 2");
        Assert.StartsWith("Entry 2 was changed", await world.VerifyAsync());
        Assert.Equal(entry.Record, (await world.Store.PageAsync(1, 1, Cancel)).Single().Record);
    }

    [Theory]
    [InlineData("DELETE FROM audit_log WHERE sequence = 4", "Entry 4 is missing.")]
    [InlineData("DELETE FROM audit_log WHERE sequence IN (3, 4)", "Entries 3 to 4 are missing.")]
    [InlineData("DELETE FROM audit_log WHERE sequence = 1", "Entry 1 is missing.")]
    [InlineData("DELETE FROM audit_log WHERE sequence = 9", "Entry 9, the last one, is missing.")]
    [InlineData("DELETE FROM audit_log WHERE sequence > 5", "Entries 6 to 9, the last ones, are missing.")]
    [InlineData("DELETE FROM audit_log", "Entries 1 to 9, the last ones, are missing.")]
    [InlineData("DELETE FROM audit_log; UPDATE audit_log SET sequence = 0; DELETE FROM audit_marks", "no mark of its end")]
    [InlineData("DELETE FROM audit_log WHERE sequence = 4; UPDATE audit_log SET sequence = sequence - 1 WHERE sequence > 4", "Entry 4 does not follow")]
    [InlineData("UPDATE audit_log SET sequence = 100 WHERE sequence = 3; UPDATE audit_log SET sequence = 3 WHERE sequence = 4; UPDATE audit_log SET sequence = 4 WHERE sequence = 100", "Entry 3 does not follow")]
    [InlineData("UPDATE audit_marks SET sequence = 8, hash = (SELECT hash FROM audit_log WHERE sequence = 8); DELETE FROM audit_log WHERE sequence = 9", "(entry 8) is not signed")]
    public async Task What_was_removed_or_moved_is_found(string sql, string expected)
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.RecordAsync(9);
        await world.ExecuteAsync(sql);
        Assert.Contains(expected, await world.VerifyAsync());
    }

    [Fact]
    public async Task A_chain_computed_anew_is_found_with_the_key()
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.RecordAsync(5);
        var previous = AuditChain.Beginning;
        foreach (var entry in await world.Store.PageAsync(0, 100, Cancel))
        {
            var forged = entry with { Previous = previous, UserName = entry.Sequence == 3 ? "mallory" : entry.UserName };
            previous = AuditChain.HashOf(forged);
            await world.ExecuteAsync("UPDATE audit_log SET user_name = @UserName, previous = @Previous, hash = @previous2 WHERE sequence = @Sequence",
                SqlParameters.Of(new { forged.UserName, forged.Previous, previous2 = previous, forged.Sequence }));
        }
        await world.ExecuteAsync("UPDATE audit_marks SET hash = @previous WHERE name = 'head'", SqlParameters.Of(new { previous }));
        Assert.Null(await world.VerifyAsync(withKey: false));
        Assert.Contains("not signed by this gateway's key", await world.VerifyAsync());
    }

    [Fact]
    public async Task A_gateway_does_not_go_on_behind_a_log_that_was_cut_as_if_nothing_were()
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.RecordAsync(4);
        var older = await world.Store.FindMarkAsync(AuditMark.Head, Cancel);
        await world.RecordAsync(4);
        // The end is cut off and the head put back that was rightly signed then.
        await world.ExecuteAsync("DELETE FROM audit_log WHERE sequence > 4");
        await world.ExecuteAsync("UPDATE audit_marks SET sequence = @Sequence, hash = @Hash, signature = @Signature", SqlParameters.Of(older!));
        await world.RecordAsync(1);
        Assert.Equal("Entries 5 to 8 are missing.", await world.VerifyAsync());
    }

    [Fact]
    public async Task An_older_copy_of_the_database_is_found_by_the_next_start()
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.RecordAsync(2);
        var older = await world.Store.FindMarkAsync(AuditMark.Head, Cancel);
        await world.RecordAsync(2);
        await world.Log.StopAsync(Cancel);
        await world.ExecuteAsync("DELETE FROM audit_log WHERE sequence > 2");
        await world.ExecuteAsync("UPDATE audit_marks SET sequence = @Sequence, hash = @Hash, signature = @Signature", SqlParameters.Of(older!));
        await world.RestartAsync();
        await world.RecordAsync(1);
        Assert.Equal("Entries 3 to 4 are missing.", await world.VerifyAsync());
    }

    [Fact]
    public async Task A_forged_head_is_not_signed_anew_by_a_restarted_gateway()
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.RecordAsync(4);
        await world.Log.StopAsync(Cancel);
        File.Delete(world.WitnessFile);
        await world.ExecuteAsync("UPDATE audit_marks SET sequence = 3, hash = (SELECT hash FROM audit_log WHERE sequence = 3)");
        await world.ExecuteAsync("DELETE FROM audit_log WHERE sequence = 4");
        await world.RestartAsync();
        await world.RecordAsync(1);
        Assert.StartsWith("Entry 4 says that the gateway found its log changed.", await world.VerifyAsync());
    }

    [Theory, EachDatabase]
    public async Task What_is_removed_for_its_age_leaves_a_log_that_can_be_verified(DatabaseKind kind)
    {
        await using var world = await AuditWorld.CreateAsync(kind);
        await world.RecordAsync(5);
        var cut = world.Time.GetUtcNow() + TimeSpan.FromHours(1);
        world.Time.Advance(TimeSpan.FromHours(2));
        await world.RecordAsync(2);
        Assert.Equal(3, await world.Store.RemoveBeforeAsync(cut, 3, Cancel));
        Assert.Equal(2, await world.Store.RemoveBeforeAsync(cut, 3, Cancel));
        Assert.Equal(0, await world.Store.RemoveBeforeAsync(cut, 3, Cancel));
        Assert.Null(await world.VerifyAsync());
        await world.RecordAsync(1);
        Assert.Null(await world.VerifyAsync());
        await world.ExecuteAsync("DELETE FROM audit_log WHERE sequence = 6");
        Assert.Equal("Entry 6 is missing.", await world.VerifyAsync());
        await world.ExecuteAsync("UPDATE audit_marks SET sequence = 6, hash = (SELECT previous FROM audit_log WHERE sequence = 7) WHERE name = 'base'");
        Assert.Contains("is not signed", await world.VerifyAsync());
    }

    [Fact]
    public async Task A_damaged_log_is_not_removed()
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.RecordAsync(5);
        world.Time.Advance(TimeSpan.FromHours(2));
        await world.ExecuteAsync("UPDATE audit_log SET user_name = 'bob' WHERE sequence = 2");
        await Assert.ThrowsAsync<InvalidDataException>(() => world.Store.RemoveBeforeAsync(world.Time.GetUtcNow(), 100, Cancel));
        Assert.Equal(5, (await world.Store.PageAsync(0, 100, Cancel)).Count);
    }

    [Fact]
    public async Task A_gateway_with_the_new_key_goes_on_behind_one_with_the_old()
    {
        await using var world = await AuditWorld.CreateAsync();
        await world.RecordAsync(2);
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder["master.key"], await File.ReadAllBytesAsync(world.MasterKeyFile, Cancel), Cancel);
        MasterKey.Rotate(folder["master.key"]);
        var rotated = new AuditStore(world.Fixture.Database, MasterKey.Load(folder["master.key"]));
        var entry = (await world.Store.PageAsync(0, 1, Cancel)).Single();
        var head = await rotated.AppendAsync([entry], null, fault => throw new InvalidOperationException(fault), Cancel);
        Assert.Equal(3, head.Sequence);
        Assert.True(AuditChain.IsSigned(AuditChain.KeysFrom(await File.ReadAllBytesAsync(folder["master.key"], Cancel))[0], head));
    }
}
