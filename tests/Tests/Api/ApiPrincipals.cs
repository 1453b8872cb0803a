using Microsoft.Extensions.DependencyInjection;
using Postern.Protocol.SigV4;
using Postern.Server.Iam;
using Postern.Server.Storage;
using Postern.Tests.Support;

namespace Postern.Tests.Api;

/// <summary>Users and roles of a test gateway with one inline policy each, made and changed as the operations of IAM do.</summary>
internal sealed class ApiPrincipals(ServerHost host)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private PrincipalStore Store => host.Services.GetRequiredService<PrincipalStore>();

    /// <summary>A user without any policy, and its key.</summary>
    public async Task<(string Id, AwsCredentials Keys)> AddUserAsync(string name)
    {
        var id = KeyIds.NewUserId();
        var key = await Store.WriteAsync(async connection =>
        {
            await connection.ExecuteAsync("INSERT INTO users (user_id, name, path, created_at) VALUES (@id, @name, '/', 0)", SqlParameters.Of(new { id, name }), Cancel);
            return await host.Services.GetRequiredService<AccessKeySecrets>().AddAsync(connection, id, DateTimeOffset.UtcNow, Cancel);
        }, Cancel);
        return (id, new AwsCredentials(key.AccessKeyId, key.SecretAccessKey));
    }

    /// <summary>Replaces the policy of a user or role; null leaves it without.</summary>
    public Task SetPolicyAsync(string ownerId, string? document) => Store.WriteAsync(async connection =>
    {
        await connection.ExecuteAsync("DELETE FROM inline_policies WHERE owner_id = @ownerId", SqlParameters.Of(new { ownerId }), Cancel);
        return document is null ? 0 : await connection.ExecuteAsync("INSERT INTO inline_policies (owner_id, name, document) VALUES (@ownerId, 'test', @document)", SqlParameters.Of(new { ownerId, document }), Cancel);
    }, Cancel);

    /// <summary>The role of nodes, its managed policy taken away.</summary>
    public async Task<string> BareNodeRoleAsync()
    {
        var role = await Store.FindRoleByNameAsync(IdentitySeed.NodeRole, Cancel);
        await Store.WriteAsync(connection => connection.ExecuteAsync("DELETE FROM policy_attachments WHERE owner_id = @Id", SqlParameters.Of(new { role!.Id }), Cancel), Cancel);
        return role!.Id;
    }

    public Task ChangeAsync(string sql, SqlParameters? parameters = null) => Store.WriteAsync(connection => connection.ExecuteAsync(sql, parameters, Cancel), Cancel);

    /// <summary>A policy of one statement.</summary>
    public static string Allow(string action, string resource = "*", string? condition = null) => Statement("Allow", action, resource, condition);

    public static string Deny(string action, string resource = "*", string? condition = null) => Statement("Deny", action, resource, condition);

    private static string Statement(string effect, string action, string resource, string? condition)
        => $$"""{"Version":"2012-10-17","Statement":[{"Sid":"Only","Effect":"{{effect}}","Action":"{{action}}","Resource":"{{resource}}"{{(condition is null ? "" : $",\"Condition\":{condition}")}}}]}""";
}
