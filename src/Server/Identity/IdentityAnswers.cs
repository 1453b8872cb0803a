using Postern.Server.Api;
using Postern.Server.Iam;

namespace Postern.Server.Identity;

/// <summary>The structures that many of IAM's answers have.</summary>
internal static class IdentityAnswers
{
    /// <summary>Path, name, id, ARN and date, which every kind has.</summary>
    public static QueryAnswer Entity(this QueryAnswer answer, IdentityKind kind, IdentityRow row, string account) => answer
        .Text("Path", row.Path).Text(kind.NameMember, row.Name).Text(kind.IdMember, row.Id)
        .Text("Arn", kind.Arn(account, row.Path, row.Name)).Time("CreateDate", row.CreatedAt);

    public static QueryAnswer Boundary(this QueryAnswer answer, IdentityRow row) => row.BoundaryArn is null ? answer : answer.Structure("PermissionsBoundary", () =>
        answer.Text("PermissionsBoundaryType", "PermissionsBoundaryPolicy").Text("PermissionsBoundaryArn", row.BoundaryArn));

    /// <summary>Of a role, as answers carry documents: with everything that is special in a URL escaped.</summary>
    public static QueryAnswer Trust(this QueryAnswer answer, IdentityRow row) => answer.Document("AssumeRolePolicyDocument", row.TrustPolicy ?? "");

    public static QueryAnswer Document(this QueryAnswer answer, string name, string json) => answer.Text(name, Uri.EscapeDataString(json));

    /// <summary>A role without what only GetRole tells.</summary>
    public static QueryAnswer Role(this QueryAnswer answer, IdentityRow row, string account) => answer
        .Entity(IdentityKind.Role, row, account).Trust(row).Text("Description", row.Description).Number("MaxSessionDuration", row.MaxSessionDuration);

    public static QueryAnswer LastUse(this QueryAnswer answer, IdentityRow row, LastUse? pending) => answer.Structure("RoleLastUsed", () =>
        answer.Time("LastUsedDate", pending?.At.ToUnixTimeMilliseconds() ?? row.LastUsedAt).Text("Region", pending?.Region ?? row.LastUsedRegion));
}
