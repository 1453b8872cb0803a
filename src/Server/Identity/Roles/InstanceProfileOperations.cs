using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Storage;

namespace Postern.Server.Identity.Roles;

/// <summary>
/// CreateInstanceProfile, GetInstanceProfile, DeleteInstanceProfile, ListInstanceProfiles, ListInstanceProfilesForRole,
/// AddRoleToInstanceProfile, RemoveRoleFromInstanceProfile. Nothing here uses a profile; configurations written for EC2 make them.
/// </summary>
internal sealed class InstanceProfileOperations(IdentityStore store)
{
    private static readonly IdentityKind Kind = IdentityKind.InstanceProfile;

    public void AddTo(OperationRegistry operations, IdentityResources resources)
    {
        operations.Add(QueryService.Iam, "CreateInstanceProfile", Access.User, resources.New(Kind), CreateAsync);
        operations.Add(QueryService.Iam, "GetInstanceProfile", Access.User, resources.Existing(Kind), GetAsync);
        operations.Add(QueryService.Iam, "DeleteInstanceProfile", Access.User, resources.Existing(Kind), DeleteAsync);
        operations.Add(QueryService.Iam, "ListInstanceProfiles", Access.User, resources.All(Kind), ListAsync);
        operations.Add(QueryService.Iam, "ListInstanceProfilesForRole", Access.User, resources.Existing(IdentityKind.Role), ListForRoleAsync);
        operations.Add(QueryService.Iam, "AddRoleToInstanceProfile", Access.User, resources.ProfileWithRole, AddRoleAsync);
        operations.Add(QueryService.Iam, "RemoveRoleFromInstanceProfile", Access.User, resources.Existing(Kind), RemoveRoleAsync);
    }

    private async Task CreateAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var row = new IdentityRow { Name = request.Required("InstanceProfileName", Kind.NameRule), Path = request.Optional("Path", IdentityRules.Path) ?? "/" };
        var tags = IdentityTags.Read(request);
        request.Check();
        await store.WriteAsync(async transaction =>
        {
            await transaction.AddAsync(Kind, row);
            await transaction.TagAsync(row.Id, tags);
        }, cancellationToken);
        answer.Structure("InstanceProfile", () => Write(answer, row, [], tags, context));
    }

    private async Task GetAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var name = ProfileName(request);
        var (row, roles, tags) = await store.ReadAsync(async transaction =>
        {
            var found = await transaction.NeedAsync(Kind, name);
            return (found, found.RoleId is null ? null : await transaction.FindByIdAsync(IdentityKind.Role, found.RoleId), await transaction.TagsAsync(found.Id));
        }, cancellationToken);
        answer.Structure("InstanceProfile", () => Write(answer, row, roles is null ? [] : [roles], tags, context));
    }

    private async Task DeleteAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var name = ProfileName(request);
        await store.WriteAsync(async transaction =>
        {
            var row = await transaction.NeedAsync(Kind, name);
            if (row.RoleId is not null)
                throw IdentityErrors.DeleteConflict("Cannot delete entity, must remove roles from instance profile first.");
            await transaction.RemoveAsync(Kind, row);
        }, cancellationToken);
    }

    private async Task ListAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var prefix = request.Optional("PathPrefix", IdentityRules.PathPrefix) ?? "/";
        var page = Page.Read(request, "ListInstanceProfiles", prefix);
        request.Check();
        var (rows, roles) = await store.ReadAsync(async transaction => (await transaction.AllAsync(Kind), await transaction.AllAsync(IdentityKind.Role)), cancellationToken);
        page.Write(answer, "InstanceProfiles", rows.Where(row => row.Path.StartsWith(prefix, StringComparison.Ordinal)), row => row.Name,
            row => Write(answer, row, roles.Where(role => role.Id == row.RoleId), [], context));
    }

    private async Task ListForRoleAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var name = request.Required("RoleName", IdentityKind.Role.NameRule);
        var page = Page.Read(request, "ListInstanceProfilesForRole", name);
        request.Check();
        var (role, rows) = await store.ReadAsync(async transaction => (await transaction.NeedAsync(IdentityKind.Role, name), await transaction.AllAsync(Kind)), cancellationToken);
        page.Write(answer, "InstanceProfiles", rows.Where(row => row.RoleId == role.Id), row => row.Name, row => Write(answer, row, [role], [], context));
    }

    private async Task AddRoleAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var roleName = request.Required("RoleName", IdentityKind.Role.NameRule);
        var name = ProfileName(request);
        await store.WriteAsync(async transaction =>
        {
            var row = await transaction.NeedAsync(Kind, name);
            var role = await transaction.NeedAsync(IdentityKind.Role, roleName);
            if (row.RoleId is not null)
                throw IdentityErrors.LimitExceeded("InstanceSessionsPerInstanceProfile", 1);
            await transaction.ExecuteAsync("UPDATE instance_profiles SET role_id = @RoleId WHERE profile_id = @Id", SqlParameters.Of(new { RoleId = role.Id, row.Id }));
        }, cancellationToken);
    }

    private async Task RemoveRoleAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var roleName = request.Required("RoleName", IdentityKind.Role.NameRule);
        var name = ProfileName(request);
        await store.WriteAsync(async transaction =>
        {
            var row = await transaction.NeedAsync(Kind, name);
            var role = await transaction.NeedAsync(IdentityKind.Role, roleName);
            if (await transaction.ExecuteAsync("UPDATE instance_profiles SET role_id = NULL WHERE profile_id = @Id AND role_id = @RoleId", SqlParameters.Of(new { row.Id, RoleId = role.Id })) == 0)
                throw IdentityErrors.NoSuchEntity($"The role with name {roleName} is not in the instance profile {name}.");
        }, cancellationToken);
    }

    private static string ProfileName(QueryRequest request)
    {
        var name = request.Required("InstanceProfileName", Kind.NameRule);
        request.Check();
        return name;
    }

    internal static void Write(QueryAnswer answer, IdentityRow row, IEnumerable<IdentityRow> roles, IReadOnlyList<IdentityTag> tags, CallContext context)
    {
        answer.Entity(Kind, row, context.Arns.Account).List("Roles", roles, role => answer.Role(role, context.Arns.Account));
        if (tags.Count > 0) IdentityTags.Write(answer, tags);
    }
}
