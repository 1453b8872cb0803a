using Postern.Server.Iam;
using Postern.Server.Storage;
using Postern.Tests.Storage;

namespace Postern.Tests.Iam;

public sealed class UserStoreTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task The_first_administrators_key_is_found_with_its_secret(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var users = new UserStore(fixture.Database, KeysOf.NewMaster(), TimeProvider.System);
        NewAccessKey? made = null;
        Assert.True(await users.CreateAdministratorAsync(key => made = key, Cancel));
        Assert.Matches("^AKIA[A-Z2-7]{16}$", made!.AccessKeyId);
        Assert.Equal(40, made.SecretAccessKey.Length);
        var found = await users.FindKeyAsync(made.AccessKeyId, Cancel);
        Assert.Equal(made.SecretAccessKey, found!.SecretAccessKey);
        Assert.Equal("admin", found.UserName);
        Assert.Matches("^AIDA[A-Z2-7]{17}$", found.UserId);
        Assert.Null(await users.FindKeyAsync("AKIAAAAAAAAAAAAAAAAA", Cancel));
    }

    [Theory, EachDatabase]
    public async Task Gateways_that_start_together_make_one_administrator(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        await using var other = fixture.OpenAgain();
        var master = KeysOf.NewMaster();
        var handedOver = 0;
        var made = await Task.WhenAll(new[] { fixture.Database, other, fixture.Database, other }.Select(database => Task.Run(() =>
            new UserStore(database, master, TimeProvider.System).CreateAdministratorAsync(_ => Interlocked.Increment(ref handedOver), Cancel))));
        Assert.Single(made, true);
        Assert.Equal(1, handedOver);
    }

    [Theory, EachDatabase]
    public async Task An_administrator_whose_keys_could_not_be_handed_over_was_not_made(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var users = new UserStore(fixture.Database, KeysOf.NewMaster(), TimeProvider.System);
        await Assert.ThrowsAsync<IOException>(() => users.CreateAdministratorAsync(_ => throw new IOException("disk full"), Cancel));
        Assert.True(await users.CreateAdministratorAsync(_ => { }, Cancel));
    }

    [Theory, EachDatabase]
    public async Task Secrets_in_the_database_are_sealed_and_bound_to_their_key_id(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var users = new UserStore(fixture.Database, KeysOf.NewMaster(), TimeProvider.System);
        NewAccessKey? made = null;
        await users.CreateAdministratorAsync(key => made = key, Cancel);
        var stored = Assert.Single(await fixture.Database.QueryAsync<byte[]>("SELECT sealed_secret FROM access_keys", null, Cancel));
        Assert.Equal(-1, stored.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(made!.SecretAccessKey)));
        await fixture.Database.ExecuteAsync("UPDATE access_keys SET access_key_id = 'AKIAAAAAAAAAAAAAAAAA'", null, Cancel);
        await Assert.ThrowsAsync<DatabaseException>(() => users.FindKeyAsync("AKIAAAAAAAAAAAAAAAAA", Cancel));
    }

    [Theory, EachDatabase]
    public async Task Another_master_key_is_found_out_at_start(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        await new UserStore(fixture.Database, KeysOf.NewMaster(), TimeProvider.System).CreateAdministratorAsync(_ => { }, Cancel);
        var error = await Assert.ThrowsAsync<DatabaseException>(() => new UserStore(fixture.Database, KeysOf.NewMaster(), TimeProvider.System).CheckMasterKeyAsync(Cancel));
        Assert.Contains("master.key", error.Message);
    }
}
