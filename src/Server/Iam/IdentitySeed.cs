using System.Data.Common;
using Postern.Server.Settings;
using Postern.Server.Storage;

namespace Postern.Server.Iam;

/// <summary>
/// What every database has from the start: the first administrator, and the roles of nodes. Made once; several gateways may try at
/// the same time, one succeeds. What somebody deletes later does not come back.
/// </summary>
internal sealed class IdentitySeed(Database database, AccessKeySecrets secrets, PrincipalStore principals, ServerOptions options, TimeProvider time)
{
    public const string AdministratorName = "admin";
    /// <summary>The role that is there from the start for nodes, as activations name it.</summary>
    public const string NodeRole = "service-role/nodes";
    public const string AdministratorAccess = PrincipalArns.OwnedByAws + "AdministratorAccess", NodePolicy = PrincipalArns.OwnedByAws + "AmazonSSMManagedInstanceCore";
    public const int DefaultSessionSeconds = 3600;
    private const string ServiceRolePath = "/service-role/";
    private const string NodeTrust = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ssm.amazonaws.com"},"Action":"sts:AssumeRole"}]}""";

    /// <summary>
    /// Makes the first administrator unless the database has a user: one that was deleted does not come back. Its keys are handed to <paramref name="handOver"/> before the commit: when
    /// that fails, nobody was made and the next start tries again.
    /// </summary>
    public Task<bool> CreateAdministratorAsync(Action<NewAccessKey> handOver, CancellationToken cancellationToken)
        => principals.WriteAsync(async connection =>
        {
            var userId = KeyIds.NewUserId();
            var now = time.GetUtcNow();
            var made = await connection.ExecuteAsync(
                "INSERT INTO users (user_id, name, path, created_at) SELECT @userId, @name, '/', @at WHERE NOT EXISTS (SELECT 1 FROM users)",
                SqlParameters.Of(new { userId, name = AdministratorName, at = now.ToUnixTimeMilliseconds() }), cancellationToken);
            if (made == 0)
                return false;
            await AttachAsync(connection, userId, AdministratorAccess, cancellationToken);
            handOver(await secrets.AddAsync(connection, userId, now, cancellationToken));
            return true;
        }, cancellationToken);

    /// <summary>Makes service-role/nodes, and a role for every name that activations and nodes of an older database use.</summary>
    public async Task CreateRolesAsync(CancellationToken cancellationToken)
    {
        if (await database.QuerySingleOrDefaultAsync<long>("SELECT seeded FROM identity_state WHERE id = 1", null, cancellationToken) != 0)
            return;
        await principals.WriteAsync(async connection =>
        {
            if (await connection.ExecuteAsync("UPDATE identity_state SET seeded = 1 WHERE id = 1 AND seeded = 0", null, cancellationToken) == 0)
                return 0;
            var inUse = await connection.QueryAsync<string>(
                "SELECT iam_role FROM activations UNION SELECT iam_role FROM nodes ORDER BY 1", null, cancellationToken);
            var names = inUse.Prepend(NodeRole).Select(role => role[(role.LastIndexOf('/') + 1)..]).Where(name => name.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
            foreach (var name in names)
                await CreateRoleAsync(connection, name, cancellationToken);
            return names.Count;
        }, cancellationToken);
    }

    private async Task CreateRoleAsync(DbConnection connection, string name, CancellationToken cancellationToken)
    {
        var roleId = KeyIds.RoleId(options.Account, name); // what nodes of an older database have been called
        await connection.ExecuteAsync(
            """
            INSERT INTO roles (role_id, name, path, description, max_session_duration, trust_policy, created_at)
            VALUES (@roleId, @name, @path, @description, @seconds, @trust, @at)
            """,
            SqlParameters.Of(new
            {
                roleId,
                name,
                path = ServiceRolePath,
                description = "What managed nodes may do: keep in touch, and carry out the sessions that people start.",
                seconds = DefaultSessionSeconds,
                trust = NodeTrust,
                at = time.GetUtcNow().ToUnixTimeMilliseconds(),
            }), cancellationToken);
        await AttachAsync(connection, roleId, NodePolicy, cancellationToken);
    }

    private Task<int> AttachAsync(DbConnection connection, string ownerId, string policyArn, CancellationToken cancellationToken)
        => connection.ExecuteAsync(
            "INSERT INTO policy_attachments (owner_id, policy_arn, attached_at) VALUES (@ownerId, @policyArn, @at)",
            SqlParameters.Of(new { ownerId, policyArn, at = time.GetUtcNow().ToUnixTimeMilliseconds() }), cancellationToken);
}
