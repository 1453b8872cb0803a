using Postern.Server.Identity.Policies;

namespace Postern.Server.Identity.Account;

/// <summary>One thing of the account, as the list of everything is cut into pages: a row of a kind, or a managed policy.</summary>
/// <param name="Type">As IAM's filter calls it.</param>
internal sealed record AccountItem(string Type, string Key, IdentityRow? Row, ManagedPolicyRow? Policy);

/// <summary>Everything in the tables of identity but keys.</summary>
internal sealed record AccountContent(
    IReadOnlyList<AccountItem> Everything, ILookup<string, InlinePolicyRow> Inline, ILookup<string, string> Attached, ILookup<string, IdentityTag> Tags,
    ILookup<string, PolicyVersionRow> Versions, ILookup<string, string> Groups, IReadOnlyList<IdentityRow> Profiles, PolicyUses Uses)
{
    public static async Task<AccountContent> ReadAsync(IdentityTransaction transaction)
    {
        var everything = new List<AccountItem>();
        foreach (var kind in IdentityKind.WithPolicies)
            everything.AddRange((await transaction.AllAsync(kind)).Select(row => new AccountItem(kind.Name, row.Name, row, null)));
        var own = await transaction.ListAsync<ManagedPolicyRow>(ManagedPolicyRow.Select);
        everything.AddRange(own.Select(policy => new AccountItem("LocalManagedPolicy", policy.Arn, null, policy)));
        everything.AddRange(ManagedPolicyRow.OwnedByAws.Select(policy => new AccountItem("AWSManagedPolicy", policy.Arn, null, policy)));
        var versions = new List<PolicyVersionRow>();
        foreach (var policy in ManagedPolicyRow.OwnedByAws)
            versions.AddRange(await transaction.VersionsAsync(policy));
        versions.AddRange(await transaction.ListAsync<PolicyVersionRow>("SELECT policy_id, version, document, created_at FROM policy_versions ORDER BY version DESC"));
        return new AccountContent(
            everything,
            (await transaction.ListAsync<InlinePolicyRow>("SELECT owner_id, name, document FROM inline_policies ORDER BY name")).ToLookup(row => row.OwnerId),
            (await transaction.ListAsync<AttachmentRow>("SELECT owner_id, policy_arn FROM policy_attachments ORDER BY policy_arn")).ToLookup(row => row.OwnerId, row => row.PolicyArn),
            (await transaction.ListAsync<IdentityTag>("SELECT owner_id, tag_key, tag_value FROM identity_tags")).ToLookup(row => row.OwnerId),
            versions.ToLookup(version => version.PolicyId),
            (await transaction.ListAsync<MemberRow>("SELECT m.user_id, g.name FROM group_members m JOIN iam_groups g ON g.group_id = m.group_id ORDER BY g.name")).ToLookup(row => row.UserId, row => row.Name),
            await transaction.AllAsync(IdentityKind.InstanceProfile),
            await transaction.UsesAsync());
    }

    public IEnumerable<string> GroupsOf(IdentityRow user) => Groups[user.Id];

    private sealed class AttachmentRow
    {
        public string OwnerId { get; set; } = "";
        public string PolicyArn { get; set; } = "";
    }

    private sealed class MemberRow
    {
        public string UserId { get; set; } = "";
        public string Name { get; set; } = "";
    }
}
