using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam.Policies.Managed;
using Postern.Server.Storage;

namespace Postern.Server.Identity.Policies;

/// <summary>Managed policies in the tables, together with those that are part of the program.</summary>
internal static class ManagedPolicyTables
{
    public static async Task<ManagedPolicyRow?> FindPolicyAsync(this IdentityTransaction transaction, string arn)
        => ManagedPolicyRow.Owned(arn) ?? await transaction.SingleAsync<ManagedPolicyRow>($"{ManagedPolicyRow.Select} WHERE arn = @arn", SqlParameters.Of(new { arn }));

    /// <exception cref="AwsErrorException">NoSuchEntity.</exception>
    public static async Task<ManagedPolicyRow> NeedPolicyAsync(this IdentityTransaction transaction, string arn)
        => await transaction.FindPolicyAsync(arn) ?? throw IdentityErrors.NoSuchPolicy(arn);

    /// <summary>One that may be changed.</summary>
    /// <exception cref="AwsErrorException">NoSuchEntity; AccessDenied: it is part of the program.</exception>
    public static async Task<ManagedPolicyRow> NeedOwnPolicyAsync(this IdentityTransaction transaction, string arn)
    {
        var policy = await transaction.NeedPolicyAsync(arn);
        return policy.IsOwnedByAws ? throw IdentityErrors.OwnedByAws(arn) : policy;
    }

    public static async Task<IReadOnlyList<PolicyVersionRow>> VersionsAsync(this IdentityTransaction transaction, ManagedPolicyRow policy)
        => ManagedPolicies.Find(policy.Arn) is { } owned
            ? [new PolicyVersionRow { PolicyId = policy.PolicyId, Version = 1, Document = owned.Document, CreatedAt = policy.CreatedAt }]
            : await transaction.ListAsync<PolicyVersionRow>("SELECT policy_id, version, document, created_at FROM policy_versions WHERE policy_id = @PolicyId ORDER BY version DESC", SqlParameters.Of(policy));

    /// <summary>How many have each policy attached, and how many are bounded by it, by ARN.</summary>
    public static async Task<PolicyUses> UsesAsync(this IdentityTransaction transaction)
    {
        var attached = await transaction.ListAsync<PolicyUseRow>("SELECT policy_arn, COUNT(*) AS count FROM policy_attachments GROUP BY policy_arn");
        var bounding = await transaction.ListAsync<PolicyUseRow>(
            """
            SELECT boundary_arn AS policy_arn, COUNT(*) AS count FROM
              (SELECT boundary_arn FROM users UNION ALL SELECT boundary_arn FROM roles) AS bounded
            WHERE boundary_arn IS NOT NULL GROUP BY boundary_arn
            """);
        return new PolicyUses(attached.ToDictionary(row => row.PolicyArn, row => row.Count), bounding.ToDictionary(row => row.PolicyArn, row => row.Count));
    }

    /// <exception cref="AwsErrorException">NoSuchEntity: there is no such policy to be bounded by.</exception>
    public static async Task EnsureBoundaryAsync(this IdentityTransaction transaction, string? arn)
    {
        if (arn is not null && await transaction.FindPolicyAsync(arn) is null)
            throw IdentityErrors.NoSuchEntity($"Scope ARN: {arn} does not exist or is not attachable.");
    }

    public static QueryAnswer Policy(this QueryAnswer answer, ManagedPolicyRow policy, PolicyUses uses) => answer
        .Text("PolicyName", policy.Name).Text("PolicyId", policy.PolicyId).Text("Arn", policy.Arn).Text("Path", policy.Path)
        .Text("DefaultVersionId", $"v{policy.DefaultVersion}").Number("AttachmentCount", uses.Attached.GetValueOrDefault(policy.Arn))
        .Number("PermissionsBoundaryUsageCount", uses.Bounding.GetValueOrDefault(policy.Arn)).Flag("IsAttachable", true)
        .Time("CreateDate", policy.CreatedAt).Time("UpdateDate", policy.UpdatedAt);

    public static QueryAnswer Version(this QueryAnswer answer, PolicyVersionRow version, long defaultVersion, bool withDocument)
    {
        if (withDocument) answer.Document("Document", version.Document);
        return answer.Text("VersionId", version.VersionId).Flag("IsDefaultVersion", version.Version == defaultVersion).Time("CreateDate", version.CreatedAt);
    }
}

/// <summary>Counts by the policy's ARN.</summary>
internal sealed record PolicyUses(IReadOnlyDictionary<string, long> Attached, IReadOnlyDictionary<string, long> Bounding);
