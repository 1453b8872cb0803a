using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Iam.Policies;
using Postern.Server.Storage;

namespace Postern.Server.Identity.Policies;

/// <summary>CreatePolicy, GetPolicy, DeletePolicy, ListPolicies, ListEntitiesForPolicy.</summary>
internal sealed class ManagedPolicyOperations(IdentityStore store)
{
    public const int MaxPolicies = 5000;
    private const string PermissionsPolicy = "PermissionsPolicy", PermissionsBoundary = "PermissionsBoundary";
    private static readonly IReadOnlyList<string> Scopes = ["All", "AWS", "Local"], Usages = [PermissionsPolicy, PermissionsBoundary];
    private static readonly IReadOnlyList<string> EntityTypes = ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"];

    public void AddTo(OperationRegistry operations, IdentityResources resources)
    {
        operations.Add(QueryService.Iam, "CreatePolicy", Access.User, resources.NewPolicy, CreateAsync);
        operations.Add(QueryService.Iam, "GetPolicy", Access.User, resources.Policy, GetAsync);
        operations.Add(QueryService.Iam, "DeletePolicy", Access.User, resources.Policy, DeleteAsync);
        operations.Add(QueryService.Iam, "ListPolicies", Access.User, Touched.Anything, ListAsync);
        operations.Add(QueryService.Iam, "ListEntitiesForPolicy", Access.User, resources.Policy, ListEntitiesAsync);
    }

    private async Task CreateAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var policy = new ManagedPolicyRow
        {
            Name = request.Required("PolicyName", IdentityRules.Name128),
            Path = request.Optional("Path", IdentityRules.PolicyPath) ?? "/",
            Description = request.Optional("Description", IdentityRules.PolicyDescription),
            DefaultVersion = 1,
            LastVersion = 1,
        };
        var document = request.Required("PolicyDocument", IdentityRules.Document);
        var tags = IdentityTags.Read(request);
        request.Check();
        PolicyChecks.Check(document, PolicyUse.Identity);
        PolicyChecks.CheckSize(document, PolicyChecks.ManagedQuota, "PolicySize");
        policy.Arn = PrincipalArns.Policy(context.Arns.Account, policy.Path, policy.Name);
        policy.PolicyId = KeyIds.NewId(KeyIds.PolicyPrefix);
        await store.WriteAsync(async transaction =>
        {
            if (await transaction.CountAsync("SELECT COUNT(*) FROM managed_policies WHERE lower(name) = lower(@Name)", SqlParameters.Of(policy)) > 0)
                throw IdentityErrors.AlreadyExists($"A policy called {policy.Name} already exists. Duplicate names are not allowed.");
            if (await transaction.CountAsync("SELECT COUNT(*) FROM managed_policies") >= MaxPolicies)
                throw IdentityErrors.LimitExceeded("PoliciesPerAccount", MaxPolicies);
            policy.CreatedAt = policy.UpdatedAt = transaction.Now;
            await transaction.ExecuteAsync(
                """
                INSERT INTO managed_policies (policy_id, arn, name, path, description, default_version, last_version, created_at, updated_at)
                VALUES (@PolicyId, @Arn, @Name, @Path, @Description, @DefaultVersion, @LastVersion, @CreatedAt, @UpdatedAt)
                """, SqlParameters.Of(policy));
            await transaction.ExecuteAsync("INSERT INTO policy_versions (policy_id, version, document, created_at) VALUES (@PolicyId, 1, @document, @CreatedAt)",
                SqlParameters.Of(new { policy.PolicyId, document, policy.CreatedAt }));
            await transaction.TagAsync(policy.PolicyId, tags);
        }, cancellationToken);
        Write(answer, policy, new PolicyUses(new Dictionary<string, long>(), new Dictionary<string, long>()), tags);
    }

    private async Task GetAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var arn = PolicyArn(request);
        var (policy, uses, tags) = await store.ReadAsync(async transaction =>
        {
            var found = await transaction.NeedPolicyAsync(arn);
            return (found, await transaction.UsesAsync(), await transaction.TagsAsync(found.PolicyId));
        }, cancellationToken);
        Write(answer, policy, uses, tags);
    }

    private async Task DeleteAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var arn = PolicyArn(request);
        await store.WriteAsync(async transaction =>
        {
            var policy = await transaction.NeedOwnPolicyAsync(arn);
            var uses = await transaction.UsesAsync();
            if (uses.Attached.ContainsKey(arn) || uses.Bounding.ContainsKey(arn))
                throw IdentityErrors.DeleteConflict("Cannot delete a policy attached to entities.");
            if ((await transaction.VersionsAsync(policy)).Count > 1)
                throw IdentityErrors.DeleteConflict("This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.");
            await transaction.ExecuteAsync("DELETE FROM identity_tags WHERE owner_id = @PolicyId", SqlParameters.Of(policy));
            await transaction.ExecuteAsync("DELETE FROM policy_versions WHERE policy_id = @PolicyId", SqlParameters.Of(policy));
            await transaction.ExecuteAsync("DELETE FROM managed_policies WHERE policy_id = @PolicyId", SqlParameters.Of(policy));
        }, cancellationToken);
    }

    private async Task ListAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var scope = request.OptionalOneOf("Scope", Scopes) ?? "All";
        var usage = request.OptionalOneOf("PolicyUsageFilter", Usages);
        var onlyAttached = request.Flag("OnlyAttached");
        var prefix = request.Optional("PathPrefix", IdentityRules.PathPrefix) ?? "/";
        var page = Page.Read(request, "ListPolicies", scope, usage, onlyAttached ? "attached" : "", prefix);
        request.Check();
        var (policies, uses) = await store.ReadAsync(async transaction =>
            (await transaction.ListAsync<ManagedPolicyRow>(ManagedPolicyRow.Select), await transaction.UsesAsync()), cancellationToken);
        var all = (scope == "Local" ? [] : ManagedPolicyRow.OwnedByAws).Concat(scope == "AWS" ? [] : policies)
            .Where(policy => policy.Path.StartsWith(prefix, StringComparison.Ordinal) && IsUsed(policy.Arn));
        page.Write(answer, "Policies", all, policy => policy.Arn, policy => answer.Policy(policy, uses));

        bool IsUsed(string arn) => usage == PermissionsBoundary ? uses.Bounding.ContainsKey(arn)
            : usage == PermissionsPolicy || onlyAttached ? uses.Attached.ContainsKey(arn) : true;
    }

    private async Task ListEntitiesAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var filter = request.OptionalOneOf("EntityFilter", EntityTypes);
        var usage = request.OptionalOneOf("PolicyUsageFilter", Usages);
        var prefix = request.Optional("PathPrefix", IdentityRules.PathPrefix) ?? "/";
        var page = Page.Read(request, "ListEntitiesForPolicy", request.Peek("PolicyArn"), filter, usage, prefix);
        var arn = PolicyArn(request);
        var users = await store.ReadAsync(async transaction =>
        {
            await transaction.NeedPolicyAsync(arn);
            var found = new List<(IdentityKind Kind, IdentityRow Row)>();
            foreach (var kind in IdentityKind.WithPolicies.Where(kind => filter is null || filter == kind.Name))
            {
                var attached = $"{kind.IdColumn} IN (SELECT owner_id FROM policy_attachments WHERE policy_arn = @arn)";
                var bounded = kind == IdentityKind.Group ? "1 = 0" : "boundary_arn = @arn";
                var which = usage switch { PermissionsPolicy => attached, PermissionsBoundary => bounded, _ => $"({attached} OR {bounded})" };
                found.AddRange((await transaction.ListAsync<IdentityRow>($"SELECT {kind.Columns} FROM {kind.Table} WHERE {which}", SqlParameters.Of(new { arn }))).Select(row => (kind, row)));
            }
            return found;
        }, cancellationToken);
        var (items, next) = page.Cut(users.Where(user => user.Row.Path.StartsWith(prefix, StringComparison.Ordinal)), user => $"{user.Kind.Name}/{user.Row.Name}");
        foreach (var kind in IdentityKind.WithPolicies)
            answer.List($"Policy{kind.Name}s", items.Where(item => item.Kind == kind), item => answer.Text(kind.NameMember, item.Row.Name).Text(kind.IdMember, item.Row.Id));
        Page.WriteEnd(answer, next);
    }

    private static void Write(QueryAnswer answer, ManagedPolicyRow policy, PolicyUses uses, IReadOnlyList<IdentityTag> tags) => answer.Structure("Policy", () =>
    {
        answer.Policy(policy, uses).Text("Description", policy.Description);
        IdentityTags.Write(answer, tags);
    });

    internal static string PolicyArn(QueryRequest request)
    {
        var arn = request.Required("PolicyArn", IdentityRules.Arn);
        request.Check();
        return arn;
    }
}
