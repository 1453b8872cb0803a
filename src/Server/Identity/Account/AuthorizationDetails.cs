using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Identity.Policies;

namespace Postern.Server.Identity.Account;

/// <summary>GetAccountAuthorizationDetails: every user, group, role and managed policy with all that decides what they may.</summary>
internal sealed class AuthorizationDetails(IdentityStore store)
{
    private const string LocalPolicy = "LocalManagedPolicy", AwsPolicy = "AWSManagedPolicy";
    private static readonly TextRule FilterRule = new(1, 64);
    private static readonly IReadOnlyList<string> Filters = ["User", "Role", "Group", LocalPolicy, AwsPolicy];

    public void AddTo(OperationRegistry operations) => operations.Add(QueryService.Iam, "GetAccountAuthorizationDetails", Access.User, Touched.Anything, HandleAsync);

    private async Task HandleAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var filter = request.Texts("Filter", Filters.Count, FilterRule);
        request.Must(filter.All(Filters.Contains), "Filter", $"Member must satisfy enum value set: [{string.Join(", ", Filters)}]");
        var page = Page.Read(request, ["GetAccountAuthorizationDetails", .. filter]);
        request.Check();
        var all = await store.ReadAsync(AccountContent.ReadAsync, cancellationToken);
        var wanted = filter.Count == 0 ? Filters : filter;
        var (items, next) = page.Cut(all.Everything.Where(item => wanted.Contains(item.Type)), item => $"{item.Type}/{item.Key}");
        var writer = new Writer(answer, all, context.Arns.Account);
        answer.List("UserDetailList", Of("User"), item => writer.User(item.Row!));
        answer.List("GroupDetailList", Of("Group"), item => writer.Group(item.Row!));
        answer.List("RoleDetailList", Of("Role"), item => writer.Role(item.Row!));
        answer.List("Policies", items.Where(item => item.Policy is not null), item => writer.Policy(item.Policy!));
        Page.WriteEnd(answer, next);

        IEnumerable<AccountItem> Of(string type) => items.Where(item => item.Type == type);
    }

    private sealed class Writer(QueryAnswer answer, AccountContent all, string account)
    {
        public void User(IdentityRow row)
        {
            answer.Entity(IdentityKind.User, row, account).Boundary(row);
            Inline("UserPolicyList", row);
            answer.Texts("GroupList", all.GroupsOf(row));
            Attached(row);
            IdentityTags.Write(answer, all.Tags[row.Id]);
        }

        public void Group(IdentityRow row)
        {
            answer.Entity(IdentityKind.Group, row, account);
            Inline("GroupPolicyList", row);
            Attached(row);
        }

        public void Role(IdentityRow row)
        {
            answer.Entity(IdentityKind.Role, row, account).Trust(row).Boundary(row);
            answer.List("InstanceProfileList", all.Profiles.Where(profile => profile.RoleId == row.Id),
                profile => answer.Entity(IdentityKind.InstanceProfile, profile, account).List("Roles", [row], role => answer.Role(role, account)));
            Inline("RolePolicyList", row);
            Attached(row);
            IdentityTags.Write(answer, all.Tags[row.Id]);
            answer.LastUse(row, null);
        }

        public void Policy(ManagedPolicyRow policy) => answer.Policy(policy, all.Uses).Text("Description", policy.Description)
            .List("PolicyVersionList", all.Versions[policy.PolicyId], version => answer.Version(version, policy.DefaultVersion, withDocument: true));

        private void Inline(string name, IdentityRow row) => answer.List(name, all.Inline[row.Id],
            policy => answer.Text("PolicyName", policy.Name).Document("PolicyDocument", policy.Document));

        private void Attached(IdentityRow row) => answer.List("AttachedManagedPolicies", all.Attached[row.Id], arn => AttachmentOperations.Write(answer, arn));
    }
}
