using System.Data.Common;
using Postern.Server.Iam.Policies;
using Postern.Server.Storage;

namespace Postern.Server.Iam;

/// <summary>Reads one principal with its tags and policies from the tables.</summary>
internal static class PrincipalReader
{
    /// <param name="connection">Open.</param>
    /// <param name="account">Part of its ARN.</param>
    /// <param name="column">user_id or name; names are compared without case.</param>
    /// <param name="value">What to look for.</param>
    /// <param name="cancellationToken">The end of the request.</param>
    public static async Task<UserPrincipal?> UserAsync(DbConnection connection, string account, string column, string value, CancellationToken cancellationToken)
    {
        var row = await connection.QuerySingleOrDefaultAsync<PrincipalRow>(
            $"SELECT user_id AS id, name, path, boundary_arn FROM users WHERE {Match(column)}", SqlParameters.Of(new { value }), cancellationToken);
        if (row is null) return null;
        var groups = (await connection.QueryAsync<PrincipalRow>(
            "SELECT g.group_id AS id, g.name FROM iam_groups g JOIN group_members m ON m.group_id = g.group_id WHERE m.user_id = @Id ORDER BY g.name",
            SqlParameters.Of(new { row.Id }), cancellationToken));
        var owners = groups.ToDictionary(group => group.Id, group => $"group {group.Name}");
        owners.Add(row.Id, $"user {row.Name}");
        return new UserPrincipal(row.Id, row.Name, row.Path, PrincipalArns.User(account, row.Path, row.Name), await TagsAsync(connection, row.Id, cancellationToken),
            await PoliciesAsync(connection, owners, cancellationToken), await BoundaryAsync(connection, row.BoundaryArn, cancellationToken));
    }

    /// <inheritdoc cref="UserAsync"/>
    public static async Task<RolePrincipal?> RoleAsync(DbConnection connection, string account, string column, string value, CancellationToken cancellationToken)
    {
        var row = await connection.QuerySingleOrDefaultAsync<PrincipalRow>(
            $"SELECT role_id AS id, name, path, boundary_arn, trust_policy, max_session_duration FROM roles WHERE {Match(column)}", SqlParameters.Of(new { value }), cancellationToken);
        if (row is null) return null;
        var owners = new Dictionary<string, string> { [row.Id] = $"role {row.Name}" };
        return new RolePrincipal(row.Id, row.Name, row.Path, PrincipalArns.Role(account, row.Path, row.Name), await TagsAsync(connection, row.Id, cancellationToken),
            await PoliciesAsync(connection, owners, cancellationToken), await BoundaryAsync(connection, row.BoundaryArn, cancellationToken),
            StoredPolicy.ReadTrust(row.TrustPolicy), TimeSpan.FromSeconds(row.MaxSessionDuration));
    }

    /// <summary>What a group gives its users; null when there is no such group.</summary>
    public static async Task<IReadOnlyList<NamedPolicy>?> GroupPoliciesAsync(DbConnection connection, string account, string arn, CancellationToken cancellationToken)
    {
        var row = await connection.QuerySingleOrDefaultAsync<PrincipalRow>(
            $"SELECT group_id AS id, name, path FROM iam_groups WHERE {Match("name")}", SqlParameters.Of(new { value = arn[(arn.LastIndexOf('/') + 1)..] }), cancellationToken);
        return row is null || PrincipalArns.Group(account, row.Path, row.Name) != arn ? null
            : await PoliciesAsync(connection, new() { [row.Id] = $"group {row.Name}" }, cancellationToken);
    }

    private static string Match(string column) => column == "name" ? "lower(name) = lower(@value)" : $"{column} = @value";

    private static async Task<IReadOnlyDictionary<string, string>> TagsAsync(DbConnection connection, string ownerId, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<TagRow>(
            "SELECT tag_key, tag_value FROM identity_tags WHERE owner_id = @ownerId", SqlParameters.Of(new { ownerId }), cancellationToken);
        return rows.ToDictionary(row => row.TagKey, row => row.TagValue, StringComparer.OrdinalIgnoreCase);
    }

    private static async Task<IReadOnlyList<NamedPolicy>> PoliciesAsync(DbConnection connection, Dictionary<string, string> owners, CancellationToken cancellationToken)
    {
        var conditions = new SqlConditions().In("owner_id", owners.Keys);
        var inline = await connection.QueryAsync<PolicyRow>(
            $"SELECT owner_id, name, document FROM inline_policies WHERE {conditions.Sql} ORDER BY owner_id, name", conditions.Parameters, cancellationToken);
        var policies = inline.Select(row => StoredPolicy.Read($"inline policy {row.Name} of {owners[row.OwnerId]}", row.Document)).ToList();
        var attached = await connection.QueryAsync<string>(
            $"SELECT DISTINCT policy_arn FROM policy_attachments WHERE {conditions.Sql} ORDER BY policy_arn", conditions.Parameters, cancellationToken);
        foreach (var arn in attached)
            policies.Add(await ManagedAsync(connection, arn, cancellationToken));
        return policies;
    }

    private static async Task<NamedPolicy?> BoundaryAsync(DbConnection connection, string? arn, CancellationToken cancellationToken)
        => arn is null ? null : await ManagedAsync(connection, arn, cancellationToken);

    /// <summary>The default version of a managed policy.</summary>
    public static async Task<NamedPolicy> ManagedAsync(DbConnection connection, string arn, CancellationToken cancellationToken)
    {
        if (StoredPolicy.Owned(arn) is { } owned) return owned;
        var document = await connection.QuerySingleOrDefaultAsync<string>(
            "SELECT v.document FROM managed_policies p JOIN policy_versions v ON v.policy_id = p.policy_id AND v.version = p.default_version WHERE p.arn = @arn",
            SqlParameters.Of(new { arn }), cancellationToken);
        return StoredPolicy.Read(arn, document);
    }

    private sealed class PrincipalRow
    {
        public string Id { get; set; } = "";
        public string Name { get; set; } = "";
        public string Path { get; set; } = "/";
        public string? BoundaryArn { get; set; }
        public string TrustPolicy { get; set; } = "";
        public long MaxSessionDuration { get; set; }
    }

    private sealed class PolicyRow
    {
        public string OwnerId { get; set; } = "";
        public string Name { get; set; } = "";
        public string Document { get; set; } = "";
    }

    private sealed class TagRow
    {
        public string TagKey { get; set; } = "";
        public string TagValue { get; set; } = "";
    }
}
