using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Iam.Policies;
using Postern.Server.Identity.Policies;
using Postern.Server.Storage;

namespace Postern.Server.Identity.Roles;

/// <summary>CreateRole, GetRole, UpdateRole, UpdateRoleDescription, UpdateAssumeRolePolicy, DeleteRole, ListRoles.</summary>
internal sealed class RoleOperations(IdentityStore store, PrincipalUse use)
{
    public const int MinSessionSeconds = 3600, MaxSessionSeconds = 43_200;
    private static readonly IdentityKind Kind = IdentityKind.Role;

    public void AddTo(OperationRegistry operations, IdentityResources resources)
    {
        operations.Add(QueryService.Iam, "CreateRole", Access.User, resources.New(Kind), CreateAsync);
        operations.Add(QueryService.Iam, "GetRole", Access.User, resources.Existing(Kind), GetAsync);
        operations.Add(QueryService.Iam, "UpdateRole", Access.User, resources.Existing(Kind), UpdateAsync);
        operations.Add(QueryService.Iam, "UpdateRoleDescription", Access.User, resources.Existing(Kind), DescribeAsync);
        operations.Add(QueryService.Iam, "UpdateAssumeRolePolicy", Access.User, resources.Existing(Kind), TrustAsync);
        operations.Add(QueryService.Iam, "DeleteRole", Access.User, resources.Existing(Kind), DeleteAsync);
        operations.Add(QueryService.Iam, "ListRoles", Access.User, resources.All(Kind), ListAsync);
    }

    private async Task CreateAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var row = new IdentityRow
        {
            Name = request.Required("RoleName", Kind.NameRule),
            Path = request.Optional("Path", IdentityRules.Path) ?? "/",
            TrustPolicy = request.Required("AssumeRolePolicyDocument", IdentityRules.Document),
            Description = request.Optional("Description", IdentityRules.RoleDescription),
            MaxSessionDuration = request.Number("MaxSessionDuration", MinSessionSeconds, MaxSessionSeconds) ?? MinSessionSeconds,
            BoundaryArn = request.Optional("PermissionsBoundary", IdentityRules.Arn),
        };
        var tags = IdentityTags.Read(request);
        request.Check();
        CheckTrust(row.TrustPolicy);
        var trust = row.TrustPolicy;
        await store.WriteAsync(async transaction =>
        {
            await transaction.EnsureBoundaryAsync(row.BoundaryArn);
            row.TrustPolicy = await TrustPrincipals.StoreAsync(transaction, trust);
            await transaction.AddAsync(Kind, row, ", description, max_session_duration, trust_policy, boundary_arn", ", @Description, @MaxSessionDuration, @TrustPolicy, @BoundaryArn");
            await transaction.TagAsync(row.Id, tags);
        }, cancellationToken);
        row.TrustPolicy = trust;
        Write(answer, row, tags, context, null);
    }

    private async Task GetAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var name = RoleName(request);
        var (row, tags) = await store.ReadAsync(async transaction =>
        {
            var found = await transaction.NeedAsync(Kind, name);
            return (found, await transaction.TagsAsync(found.Id));
        }, cancellationToken);
        Write(answer, row, tags, context, use.Pending(row.Id));
    }

    private async Task UpdateAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var description = request.Optional("Description", IdentityRules.RoleDescription);
        var seconds = request.Number("MaxSessionDuration", MinSessionSeconds, MaxSessionSeconds);
        var name = RoleName(request);
        await store.WriteAsync(async transaction =>
        {
            var row = await transaction.NeedAsync(Kind, name);
            await transaction.ExecuteAsync("UPDATE roles SET description = @description, max_session_duration = @seconds WHERE role_id = @Id",
                SqlParameters.Of(new { description = description ?? row.Description, seconds = seconds ?? row.MaxSessionDuration, row.Id }));
        }, cancellationToken);
    }

    private async Task DescribeAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var description = request.Required("Description", IdentityRules.RoleDescription);
        var name = RoleName(request);
        var (row, tags) = await store.WriteAsync(async transaction =>
        {
            var found = await transaction.NeedAsync(Kind, name);
            found.Description = description;
            await transaction.ExecuteAsync("UPDATE roles SET description = @Description WHERE role_id = @Id", SqlParameters.Of(found));
            return (found, await transaction.TagsAsync(found.Id));
        }, cancellationToken);
        Write(answer, row, tags, context, use.Pending(row.Id));
    }

    private async Task TrustAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var document = request.Required("PolicyDocument", IdentityRules.Document);
        var name = RoleName(request);
        CheckTrust(document);
        await store.WriteAsync(async transaction => await transaction.ExecuteAsync("UPDATE roles SET trust_policy = @trust WHERE role_id = @Id",
            SqlParameters.Of(new { trust = await TrustPrincipals.StoreAsync(transaction, document), (await transaction.NeedAsync(Kind, name)).Id })), cancellationToken);
    }

    private async Task DeleteAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var name = RoleName(request);
        await store.WriteAsync(async transaction =>
        {
            var row = await transaction.NeedAsync(Kind, name);
            if (await transaction.CountAsync("SELECT COUNT(*) FROM instance_profiles WHERE role_id = @Id", SqlParameters.Of(row)) > 0)
                throw IdentityErrors.DeleteConflict("Cannot delete entity, must remove roles from instance profile first.");
            await transaction.EnsureNoPoliciesAsync(row);
            await transaction.RemoveAsync(Kind, row);
        }, cancellationToken);
    }

    private async Task ListAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var prefix = request.Optional("PathPrefix", IdentityRules.PathPrefix) ?? "/";
        var page = Page.Read(request, "ListRoles", prefix);
        request.Check();
        var rows = await store.ReadAsync(transaction => transaction.AllAsync(Kind), cancellationToken);
        page.Write(answer, "Roles", rows.Where(row => row.Path.StartsWith(prefix, StringComparison.Ordinal)), row => row.Name, row => answer.Role(row, context.Arns.Account));
    }

    private static string RoleName(QueryRequest request)
    {
        var name = request.Required("RoleName", Kind.NameRule);
        request.Check();
        return name;
    }

    private static void CheckTrust(string document)
    {
        PolicyChecks.Check(document, PolicyUse.Trust);
        PolicyChecks.CheckSize(document, PolicyChecks.TrustQuota, "ACLSizePerRole");
    }

    private static void Write(QueryAnswer answer, IdentityRow row, IReadOnlyList<IdentityTag> tags, CallContext context, LastUse? pending) => answer.Structure("Role", () =>
    {
        answer.Role(row, context.Arns.Account).Boundary(row);
        if (tags.Count > 0) IdentityTags.Write(answer, tags);
        answer.LastUse(row, pending);
    });
}
