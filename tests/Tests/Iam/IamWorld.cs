using Postern.Server.Iam;
using Postern.Server.Settings;
using Postern.Server.Storage;
using Postern.Tests.Storage;

namespace Postern.Tests.Iam;

/// <summary>One gateway's view of the identity in a database.</summary>
internal sealed class IamWorld
{
    public IamWorld(Database database, MasterKey? master = null)
    {
        Database = database;
        Secrets = new AccessKeySecrets(database, master ?? KeysOf.NewMaster());
        var options = new ServerOptions { Data = "/nowhere" };
        Principals = new PrincipalStore(database, Secrets, options);
        Seed = new IdentitySeed(database, Secrets, Principals, options, TimeProvider.System);
    }

    public Database Database { get; }
    public AccessKeySecrets Secrets { get; }
    public PrincipalStore Principals { get; }
    public IdentitySeed Seed { get; }

    /// <summary>With the first administrator and the roles of nodes.</summary>
    public async Task<NewAccessKey> SeedAsync()
    {
        NewAccessKey? made = null;
        await Seed.CreateRolesAsync(TestContext.Current.CancellationToken);
        await Seed.CreateAdministratorAsync(key => made = key, TestContext.Current.CancellationToken);
        return made!;
    }

    /// <summary>A change as the operations make them.</summary>
    public Task ChangeAsync(string sql, SqlParameters? parameters = null)
        => Principals.WriteAsync(connection => connection.ExecuteAsync(sql, parameters, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
}
