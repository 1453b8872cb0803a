using Postern.Server.Iam.Policies;
using Postern.Server.Storage;
using Postern.Tests.Storage;

namespace Postern.Tests.Iam;

public sealed class PrincipalStoreTests
{
    private const string Document = """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ssm:*","Resource":"*"}}""";
    private const string Newer = """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ssm:Get*","Resource":"*"}}""";
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task A_user_has_its_own_policies_and_those_of_its_groups(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var world = new IamWorld(fixture.Database);
        await world.ChangeAsync("INSERT INTO users (user_id, name, path, created_at, boundary_arn) VALUES ('AIDA1', 'Ada', '/eng/', 0, 'arn:mine')");
        await world.ChangeAsync("INSERT INTO iam_groups (group_id, name, path, created_at) VALUES ('AGPA1', 'ops', '/', 0), ('AGPA2', 'others', '/', 0)");
        await world.ChangeAsync("INSERT INTO group_members (group_id, user_id) VALUES ('AGPA1', 'AIDA1')");
        await world.ChangeAsync("INSERT INTO inline_policies (owner_id, name, document) VALUES ('AIDA1', 'own', @Document), ('AIDA1', 'broken', '{'), ('AGPA1', 'shared', @Document), ('AGPA2', 'not', @Document)", SqlParameters.Of(new { Document }));
        await world.ChangeAsync("INSERT INTO managed_policies (policy_id, arn, name, path, default_version, last_version, created_at, updated_at) VALUES ('ANPA1', 'arn:mine', 'mine', '/', 2, 2, 0, 0)");
        await world.ChangeAsync("INSERT INTO policy_versions (policy_id, version, document, created_at) VALUES ('ANPA1', 1, @Document, 0), ('ANPA1', 2, @Newer, 0)", SqlParameters.Of(new { Document, Newer }));
        await world.ChangeAsync("INSERT INTO policy_attachments (owner_id, policy_arn, attached_at) VALUES ('AIDA1', 'arn:mine', 0), ('AGPA1', 'arn:mine', 0), ('AGPA1', 'arn:gone', 0)");
        await world.ChangeAsync("INSERT INTO identity_tags (owner_id, tag_key, tag_value) VALUES ('AIDA1', 'Team', 'core')");

        var user = await world.Principals.FindUserByNameAsync("ada", Cancel);
        Assert.Equal(("Ada", "arn:aws:iam::000000000000:user/eng/Ada", "core"), (user!.Name, user.Arn, user.Tags["team"]));
        Assert.Equal(["arn:gone", "arn:mine", "inline policy broken of user Ada", "inline policy own of user Ada", "inline policy shared of group ops"], user.Policies.Select(policy => policy.Name).Order());
        Assert.Equal(Newer, user.Policies.Single(policy => policy.Name == "arn:mine").Document.Json);
        Assert.Equal(Newer, user.Boundary!.Document.Json);
        // What is named and not there, or cannot be read, must not widen anything.
        foreach (var (name, sid) in new[] { ("arn:gone", "PolicyIsMissing"), ("inline policy broken of user Ada", "PolicyCannotBeRead") })
        {
            var statement = Assert.Single(user.Policies.Single(policy => policy.Name == name).Document.Statements);
            Assert.Equal((sid, Effect.Deny), (statement.Sid, statement.Effect));
        }
        Assert.Equal(user.Id, (await world.Principals.FindUserAsync("AIDA1", Cancel))!.Id);
        Assert.Null(await world.Principals.FindUserAsync("AIDA2", Cancel));
    }

    [Theory, EachDatabase]
    public async Task A_change_is_seen_by_the_next_call_here_and_on_other_gateways(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var master = KeysOf.NewMaster();
        var here = new IamWorld(fixture.Database, master);
        var key = await here.SeedAsync();
        Assert.True((await here.Principals.FindKeyAsync(key.AccessKeyId, Cancel))!.IsActive);
        await using var database = fixture.OpenAgain();
        var there = new IamWorld(database, master);
        if (database.IsShared) Assert.True((await there.Principals.FindKeyAsync(key.AccessKeyId, Cancel))!.IsActive);

        await here.ChangeAsync("UPDATE access_keys SET status = 'Inactive'");
        Assert.False((await here.Principals.FindKeyAsync(key.AccessKeyId, Cancel))!.IsActive);
        Assert.False((await there.Principals.FindKeyAsync(key.AccessKeyId, Cancel))!.IsActive);

        await here.ChangeAsync("DELETE FROM users");
        Assert.Null(await here.Principals.FindKeyAsync(key.AccessKeyId, Cancel));
        if (database.IsShared) Assert.Null(await there.Principals.FindKeyAsync(key.AccessKeyId, Cancel));
    }

    [Fact]
    public async Task What_is_remembered_is_not_read_again()
    {
        await using var fixture = await DatabaseFixture.CreateAsync(DatabaseKind.Sqlite);
        var world = new IamWorld(fixture.Database);
        var made = await world.SeedAsync();
        var first = await world.Principals.FindKeyAsync(made.AccessKeyId, Cancel);
        var role = await world.Principals.FindRoleByNameAsync("service-role/nodes", Cancel);
        await fixture.Database.ExecuteAsync("DELETE FROM policy_attachments", null, Cancel); // behind its back: not how changes are made
        Assert.Same(first, await world.Principals.FindKeyAsync(made.AccessKeyId, Cancel));
        Assert.Same(role, await world.Principals.FindRoleByNameAsync("nodes", Cancel));
    }

    [Theory, EachDatabase]
    public async Task A_reader_that_began_before_a_change_does_not_bring_the_old_back(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var world = new IamWorld(fixture.Database);
        var key = await world.SeedAsync();
        for (var round = 0; round < 20; round++)
        {
            var name = $"name{round}";
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => world.Principals.FindKeyAsync(key.AccessKeyId, Cancel).AsTask())
                .Append((Task)world.ChangeAsync("UPDATE users SET name = @name", SqlParameters.Of(new { name }))));
            Assert.Equal(name, (await world.Principals.FindKeyAsync(key.AccessKeyId, Cancel))!.User.Name);
        }
    }
}
