using System.Data.Common;
using Postern.Server.Iam.Policies;
using Postern.Server.Settings;
using Postern.Server.Storage;

namespace Postern.Server.Iam;

/// <summary>
/// Principals as calls need them, from memory. Every change of users, groups, roles, keys, policies or tags is made through
/// <see cref="WriteAsync{T}"/>, so that the next call sees it; where several gateways share a database, the version of its content is read
/// with every call, and memory of another version is dropped.
/// </summary>
internal sealed class PrincipalStore(Database database, AccessKeySecrets secrets, ServerOptions options)
{
    private const string ById = "id:", UserByName = "user:", RoleByName = "role:";
    private static readonly PrincipalMemory Nothing = new(0);

    private volatile PrincipalMemory _memory = Nothing;

    /// <summary>Null when there is no such key. An inactive key is found, and says so.</summary>
    /// <exception cref="DatabaseException">The key was sealed with another master key.</exception>
    public async ValueTask<AccessKey?> FindKeyAsync(string accessKeyId, CancellationToken cancellationToken)
    {
        var memory = await MemoryAsync(cancellationToken);
        if (memory.Key(accessKeyId) is { } known) return known;
        await using var connection = await database.OpenAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<AccessKeyRow>(
            $"SELECT {AccessKeyRow.Columns} FROM access_keys WHERE access_key_id = @accessKeyId", SqlParameters.Of(new { accessKeyId }), cancellationToken);
        if (row is null || await PrincipalReader.UserAsync(connection, options.Account, "user_id", row.UserId, cancellationToken) is not { } user) return null;
        var key = new AccessKey(row.AccessKeyId, secrets.Open(row), row.Status == AccessKeyRow.Active, user);
        memory.Keep(key);
        return key;
    }

    /// <summary>Whether a key is in memory: a known one. Costs nothing, so that strangers' keys can be turned away before the database is asked.</summary>
    public bool Remembers(string accessKeyId) => _memory.Key(accessKeyId) is not null;

    public async ValueTask<UserPrincipal?> FindUserAsync(string userId, CancellationToken cancellationToken)
        => (UserPrincipal?)await FindAsync(ById + userId, connection => PrincipalReader.UserAsync(connection, options.Account, "user_id", userId, cancellationToken), cancellationToken);

    /// <param name="name">Without path.</param>
    /// <param name="cancellationToken">The end of the request.</param>
    public async ValueTask<UserPrincipal?> FindUserByNameAsync(string name, CancellationToken cancellationToken)
        => (UserPrincipal?)await FindAsync(UserByName + name, connection => PrincipalReader.UserAsync(connection, options.Account, "name", name, cancellationToken), cancellationToken);

    public async ValueTask<RolePrincipal?> FindRoleAsync(string roleId, CancellationToken cancellationToken)
        => (RolePrincipal?)await FindAsync(ById + roleId, connection => PrincipalReader.RoleAsync(connection, options.Account, "role_id", roleId, cancellationToken), cancellationToken);

    /// <param name="name">A path before the last slash does not count: activations name roles with it or without.</param>
    /// <param name="cancellationToken">The end of the request.</param>
    public async ValueTask<RolePrincipal?> FindRoleByNameAsync(string name, CancellationToken cancellationToken)
    {
        var last = name[(name.LastIndexOf('/') + 1)..];
        return (RolePrincipal?)await FindAsync(RoleByName + last, connection => PrincipalReader.RoleAsync(connection, options.Account, "name", last, cancellationToken), cancellationToken);
    }

    /// <summary>What a group gives its users; null when there is no group of that ARN. Read from the database: no call needs it but simulations.</summary>
    public async Task<IReadOnlyList<NamedPolicy>?> FindGroupPoliciesAsync(string arn, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await PrincipalReader.GroupPoliciesAsync(connection, options.Account, arn, cancellationToken);
    }

    /// <summary>The default version of a managed policy; one that is not there denies everything.</summary>
    public async ValueTask<NamedPolicy> FindPolicyAsync(string arn, CancellationToken cancellationToken)
    {
        var memory = await MemoryAsync(cancellationToken);
        if (memory.Policy(arn) is { } known) return known;
        await using var connection = await database.OpenAsync(cancellationToken);
        var policy = await PrincipalReader.ManagedAsync(connection, arn, cancellationToken);
        memory.Keep(policy);
        return policy;
    }

    /// <summary>Whether there is such a managed policy.</summary>
    public async Task<bool> HasPolicyAsync(string arn, CancellationToken cancellationToken)
        => StoredPolicy.Owned(arn) is not null
            || await database.QuerySingleOrDefaultAsync<long>("SELECT COUNT(*) FROM managed_policies WHERE arn = @arn", SqlParameters.Of(new { arn }), cancellationToken) > 0;

    /// <summary>Counts the changes of all that is here, whichever gateway made them.</summary>
    public Task<long> VersionAsync(CancellationToken cancellationToken)
        => database.QuerySingleOrDefaultAsync<long>("SELECT version FROM identity_state WHERE id = 1", null, cancellationToken);

    /// <summary>A change, in one transaction. When it returns, every call of this gateway sees it; other gateways see it with their next call.</summary>
    public async Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        var result = await database.WriteAsync(async connection =>
        {
            // First, because it also makes changes take turns: what one has looked at cannot change before it writes.
            await connection.ExecuteAsync("UPDATE identity_state SET version = version + 1 WHERE id = 1", null, cancellationToken);
            return await work(connection);
        }, cancellationToken);
        _memory = Nothing;
        return result;
    }

    private async ValueTask<Principal?> FindAsync<T>(string key, Func<DbConnection, Task<T?>> read, CancellationToken cancellationToken) where T : Principal
    {
        var memory = await MemoryAsync(cancellationToken);
        if (memory.Principal(key) is { } known) return known;
        await using var connection = await database.OpenAsync(cancellationToken);
        var principal = await read(connection);
        if (principal is not null) memory.Keep(key, principal);
        return principal;
    }

    // The version is read before what is remembered under it, so what is remembered is never older than it says.
    private async ValueTask<PrincipalMemory> MemoryAsync(CancellationToken cancellationToken)
    {
        var memory = _memory;
        if (memory != Nothing && !database.IsShared) return memory;
        var version = await database.QuerySingleOrDefaultAsync<long>("SELECT version FROM identity_state WHERE id = 1", null, cancellationToken);
        if (memory != Nothing && memory.Version == version) return memory;
        var fresh = new PrincipalMemory(version);
        // Somebody else's, when a change or another reader came in between: theirs may be newer, ours serves this call alone.
        Interlocked.CompareExchange(ref _memory, fresh, memory);
        return fresh;
    }
}
