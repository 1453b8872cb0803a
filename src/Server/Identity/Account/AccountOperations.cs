using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Identity.Policies;
using Postern.Server.Identity.Users;
using Postern.Server.Settings;

namespace Postern.Server.Identity.Account;

/// <summary>GetAccountSummary and ListAccountAliases (there are none).</summary>
internal sealed class AccountOperations(IdentityStore store, ServerOptions options)
{
    public void AddTo(OperationRegistry operations)
    {
        operations.Add(QueryService.Iam, "GetAccountSummary", Access.User, Touched.Anything, SummaryAsync);
        operations.Add(QueryService.Iam, "ListAccountAliases", Access.User, Touched.Anything, (request, _, answer, _) =>
        {
            Page.Read(request);
            request.Check();
            answer.Texts("AccountAliases", []);
            Page.WriteEnd(answer, null);
            return Task.CompletedTask;
        });
    }

    private async Task SummaryAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var summary = await store.ReadAsync(async transaction => new (string Key, long Value)[]
        {
            ("Users", await transaction.CountAsync("SELECT COUNT(*) FROM users")), ("UsersQuota", IdentityKind.User.Quota),
            ("Groups", await transaction.CountAsync("SELECT COUNT(*) FROM iam_groups")), ("GroupsQuota", IdentityKind.Group.Quota),
            ("Roles", await transaction.CountAsync("SELECT COUNT(*) FROM roles")), ("RolesQuota", IdentityKind.Role.Quota),
            ("InstanceProfiles", await transaction.CountAsync("SELECT COUNT(*) FROM instance_profiles")), ("InstanceProfilesQuota", IdentityKind.InstanceProfile.Quota),
            ("Policies", await transaction.CountAsync("SELECT COUNT(*) FROM managed_policies")), ("PoliciesQuota", ManagedPolicyOperations.MaxPolicies),
            ("PolicyVersionsInUse", await transaction.CountAsync("SELECT COUNT(*) FROM policy_versions")), ("VersionsPerPolicyQuota", PolicyVersionOperations.MaxVersions),
            ("UserPolicySizeQuota", IdentityKind.User.PolicyQuota), ("GroupPolicySizeQuota", IdentityKind.Group.PolicyQuota),
            ("RolePolicySizeQuota", IdentityKind.Role.PolicyQuota), ("PolicySizeQuota", PolicyChecks.ManagedQuota), ("AssumeRolePolicySizeQuota", PolicyChecks.TrustQuota),
            ("AccessKeysPerUserQuota", AccessKeyOperations.MaxKeysPerUser), ("GroupsPerUserQuota", Groups.MembershipOperations.MaxGroupsPerUser),
            ("AttachedPoliciesPerUserQuota", options.AttachedPolicies), ("AttachedPoliciesPerGroupQuota", options.AttachedPolicies), ("AttachedPoliciesPerRoleQuota", options.AttachedPolicies),
            ("MFADevices", 0), ("MFADevicesInUse", 0), ("AccountMFAEnabled", 0), ("AccountAccessKeysPresent", 0), ("AccountSigningCertificatesPresent", 0),
            ("ServerCertificates", 0), ("SigningCertificatesPerUserQuota", 0), ("Providers", 0),
        }, cancellationToken);
        answer.Structure("SummaryMap", () =>
        {
            foreach (var (key, value) in summary)
                answer.Structure("entry", () => answer.Text("key", key).Number("value", value));
        });
    }
}
