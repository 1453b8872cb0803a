using Postern.Server.Iam;
using Postern.Server.Storage;
using Postern.Tests.Storage;

namespace Postern.Tests.Iam;

public sealed class IdentitySeedTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task The_first_administrators_key_is_found_with_its_secret(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var world = new IamWorld(fixture.Database);
        var made = await world.SeedAsync();
        Assert.Matches("^AKIA[A-Z2-7]{16}$", made.AccessKeyId);
        Assert.Equal(40, made.SecretAccessKey.Length);
        var found = await world.Principals.FindKeyAsync(made.AccessKeyId, Cancel);
        Assert.Equal(made.SecretAccessKey, found!.SecretAccessKey);
        Assert.True(found.IsActive);
        Assert.Equal(("admin", "arn:aws:iam::000000000000:user/admin"), (found.User.Name, found.User.Arn));
        Assert.Matches("^AIDA[A-Z2-7]{17}$", found.User.Id);
        Assert.Equal("arn:aws:iam::aws:policy/AdministratorAccess", Assert.Single(found.User.Policies).Name);
        Assert.Null(await world.Principals.FindKeyAsync("AKIAAAAAAAAAAAAAAAAA", Cancel));
    }

    [Theory, EachDatabase]
    public async Task Gateways_that_start_together_make_one_administrator_and_each_role_once(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        await using var other = fixture.OpenAgain();
        var master = KeysOf.NewMaster();
        var handedOver = 0;
        var made = await Task.WhenAll(new[] { fixture.Database, other, fixture.Database, other }.Select(database => Task.Run(async () =>
        {
            var seed = new IamWorld(database, master).Seed;
            await seed.CreateRolesAsync(Cancel);
            return await seed.CreateAdministratorAsync(_ => Interlocked.Increment(ref handedOver), Cancel);
        })));
        Assert.Single(made, true);
        Assert.Equal(1, handedOver);
        Assert.Equal(["nodes"], await fixture.Database.QueryAsync<string>("SELECT name FROM roles", null, Cancel));
    }

    [Theory, EachDatabase]
    public async Task An_administrator_whose_keys_could_not_be_handed_over_was_not_made(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var seed = new IamWorld(fixture.Database).Seed;
        await Assert.ThrowsAsync<IOException>(() => seed.CreateAdministratorAsync(_ => throw new IOException("disk full"), Cancel));
        Assert.True(await seed.CreateAdministratorAsync(_ => { }, Cancel));
    }

    [Theory, EachDatabase]
    public async Task What_was_deleted_does_not_come_back_with_the_next_start(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var world = new IamWorld(fixture.Database);
        await world.SeedAsync();
        await world.ChangeAsync("DELETE FROM roles");
        await world.ChangeAsync("UPDATE users SET name = 'chief'");
        await world.Seed.CreateRolesAsync(Cancel);
        Assert.Null(await world.Principals.FindRoleByNameAsync("nodes", Cancel));
        Assert.False(await world.Seed.CreateAdministratorAsync(_ => { }, Cancel));
    }

    [Theory, EachDatabase]
    public async Task Roles_that_activations_of_an_older_database_name_are_made_with_the_ids_they_were_called_by(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        await fixture.Database.ExecuteAsync(
            """
            INSERT INTO activations (id, code_hash, iam_role, registration_limit, registrations_count, expires_at, created_at, created_by)
            VALUES ('a', 'x', 'service-role/Web', 1, 0, 0, 0, ''), ('b', 'x', 'Web', 1, 0, 0, 0, ''), ('c', 'x', 'Db', 1, 0, 0, 0, '')
            """, null, Cancel);
        var world = new IamWorld(fixture.Database);
        await world.SeedAsync();
        foreach (var name in new[] { "nodes", "Web", "Db" })
        {
            var role = await world.Principals.FindRoleByNameAsync("service-role/" + name, Cancel);
            Assert.Equal((name, KeyIds.RoleId("000000000000", name), $"arn:aws:iam::000000000000:role/service-role/{name}"), (role!.Name, role.Id, role.Arn));
            Assert.Contains("ssm.amazonaws.com", role.TrustPolicy.Json);
            Assert.Equal("arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore", Assert.Single(role.Policies).Name);
        }
    }

    [Theory, EachDatabase]
    public async Task Whoever_had_a_key_before_there_were_policies_may_still_do_everything(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateEmptyAsync(kind);
        var all = Migration.LoadAll();
        await Migrator.MigrateAsync(fixture.Database, [.. all.Where(migration => migration.Number < 4)], TimeProvider.System, Cancel);
        await fixture.Database.ExecuteAsync("INSERT INTO users (user_id, name, created_at) VALUES ('AIDA1', 'admin', 0)", null, Cancel);
        await fixture.Database.MigrateAsync(Cancel);
        var world = new IamWorld(fixture.Database);
        var user = await world.Principals.FindUserAsync("AIDA1", Cancel);
        Assert.Equal(("/", IdentitySeed.AdministratorAccess), (user!.Path, Assert.Single(user.Policies).Name));
        Assert.False(await world.Seed.CreateAdministratorAsync(_ => { }, Cancel));
    }

    [Theory, EachDatabase]
    public async Task Secrets_in_the_database_are_sealed_and_bound_to_their_key_id(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var world = new IamWorld(fixture.Database);
        var made = await world.SeedAsync();
        var stored = Assert.Single(await fixture.Database.QueryAsync<byte[]>("SELECT sealed_secret FROM access_keys", null, Cancel));
        Assert.Equal(-1, stored.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(made.SecretAccessKey)));
        await fixture.Database.ExecuteAsync("UPDATE access_keys SET access_key_id = 'AKIAAAAAAAAAAAAAAAAA'", null, Cancel);
        await Assert.ThrowsAsync<DatabaseException>(async () => await world.Principals.FindKeyAsync("AKIAAAAAAAAAAAAAAAAA", Cancel));
    }

    [Theory, EachDatabase]
    public async Task Another_master_key_is_found_out_at_start(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        await new IamWorld(fixture.Database).SeedAsync();
        var error = await Assert.ThrowsAsync<DatabaseException>(() => new IamWorld(fixture.Database).Secrets.ResealAsync(Cancel));
        Assert.Contains("master.key", error.Message);
    }
}
