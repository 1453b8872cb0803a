using Postern.Server.Api;
using Postern.Server.Iam;

namespace Postern.Server.Identity;

/// <summary>What users, groups, roles and instance profiles have in common: a name, a path, an id, and how operations and tables call them.</summary>
/// <param name="Name">In the names of operations: CreateUser, ListUserPolicies.</param>
/// <param name="Label">In sentences.</param>
/// <param name="Columns">Of its table, named as members of <see cref="IdentityRow"/>.</param>
/// <param name="NameRule">Of a new name.</param>
/// <param name="Quota">How many of them there may be.</param>
/// <param name="PolicyQuota">Characters of all inline policies of one, white space not counted.</param>
internal sealed record IdentityKind(
    string Name, string Label, string Table, string IdColumn, string Columns, string Prefix, TextRule NameRule, int Quota, int PolicyQuota, Func<string, string, string, string> Arn)
{
    private const string Common = "name, path, created_at";

    public static readonly IdentityKind User = new("User", "user", "users", "user_id", $"user_id AS id, {Common}, boundary_arn",
        KeyIds.UserPrefix, IdentityRules.NewUserName, 5000, 2048, PrincipalArns.User);
    public static readonly IdentityKind Group = new("Group", "group", "iam_groups", "group_id", $"group_id AS id, {Common}",
        KeyIds.GroupPrefix, IdentityRules.Name128, 500, 5120, PrincipalArns.Group);
    public static readonly IdentityKind Role = new("Role", "role", "roles", "role_id",
        $"role_id AS id, {Common}, boundary_arn, description, max_session_duration, trust_policy, last_used_at, last_used_region",
        KeyIds.RolePrefix, IdentityRules.RoleName, 5000, 10_240, PrincipalArns.Role);
    public static readonly IdentityKind InstanceProfile = new("InstanceProfile", "instance profile", "instance_profiles", "profile_id", $"profile_id AS id, {Common}, role_id",
        KeyIds.InstanceProfilePrefix, IdentityRules.Name128, 5000, 0, PrincipalArns.InstanceProfile);

    /// <summary>Those that policies belong to.</summary>
    public static readonly IReadOnlyList<IdentityKind> WithPolicies = [User, Group, Role];

    /// <summary>The member of requests and answers that names one: UserName.</summary>
    public string NameMember => Name + "Name";

    public string IdMember => Name + "Id";
}

/// <summary>A row of any kind's table; what a kind does not have is null or zero.</summary>
internal sealed class IdentityRow
{
    public string Id { get; set; } = "";
    public string Name { get; set; } = "";
    public string Path { get; set; } = "/";
    /// <summary>Milliseconds since 1970, as all times here.</summary>
    public long CreatedAt { get; set; }
    public string? BoundaryArn { get; set; }
    public string? Description { get; set; }
    /// <summary>Seconds.</summary>
    public long MaxSessionDuration { get; set; }
    public string? TrustPolicy { get; set; }
    public long? LastUsedAt { get; set; }
    public string? LastUsedRegion { get; set; }
    /// <summary>Of an instance profile.</summary>
    public string? RoleId { get; set; }
}
