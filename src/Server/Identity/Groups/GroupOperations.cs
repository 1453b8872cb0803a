using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Storage;

namespace Postern.Server.Identity.Groups;

/// <summary>CreateGroup, GetGroup, UpdateGroup, DeleteGroup, ListGroups.</summary>
internal sealed class GroupOperations(IdentityStore store)
{
    private static readonly IdentityKind Kind = IdentityKind.Group;

    public void AddTo(OperationRegistry operations, IdentityResources resources)
    {
        operations.Add(QueryService.Iam, "CreateGroup", Access.User, resources.New(Kind), CreateAsync);
        operations.Add(QueryService.Iam, "GetGroup", Access.User, resources.Existing(Kind), GetAsync);
        operations.Add(QueryService.Iam, "UpdateGroup", Access.User, resources.Renamed(Kind), UpdateAsync);
        operations.Add(QueryService.Iam, "DeleteGroup", Access.User, resources.Existing(Kind), DeleteAsync);
        operations.Add(QueryService.Iam, "ListGroups", Access.User, resources.All(Kind), ListAsync);
    }

    private async Task CreateAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var row = new IdentityRow { Name = request.Required("GroupName", Kind.NameRule), Path = request.Optional("Path", IdentityRules.Path) ?? "/" };
        request.Check();
        await store.WriteAsync(transaction => transaction.AddAsync(Kind, row), cancellationToken);
        answer.Structure("Group", () => answer.Entity(Kind, row, context.Arns.Account));
    }

    private async Task GetAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var name = request.Required("GroupName", Kind.NameRule);
        var page = Page.Read(request, "GetGroup", name);
        request.Check();
        var (group, users) = await store.ReadAsync(async transaction =>
        {
            var row = await transaction.NeedAsync(Kind, name);
            return (row, await transaction.ListAsync<IdentityRow>(
                "SELECT u.user_id AS id, u.name, u.path, u.created_at FROM users u JOIN group_members m ON m.user_id = u.user_id WHERE m.group_id = @Id", SqlParameters.Of(row)));
        }, cancellationToken);
        answer.Structure("Group", () => answer.Entity(Kind, group, context.Arns.Account));
        page.Write(answer, "Users", users, row => row.Name, row => answer.Entity(IdentityKind.User, row, context.Arns.Account));
    }

    private async Task UpdateAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var name = request.Required("GroupName", Kind.NameRule);
        var newName = request.Optional("NewGroupName", Kind.NameRule);
        var newPath = request.Optional("NewPath", IdentityRules.Path);
        request.Check();
        await store.WriteAsync(async transaction => await transaction.RenameAsync(Kind, await transaction.NeedAsync(Kind, name), newName, newPath), cancellationToken);
    }

    private async Task DeleteAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var name = request.Required("GroupName", Kind.NameRule);
        request.Check();
        await store.WriteAsync(async transaction =>
        {
            var row = await transaction.NeedAsync(Kind, name);
            await transaction.EnsureNoPoliciesAsync(row);
            if (await transaction.CountAsync("SELECT COUNT(*) FROM group_members WHERE group_id = @Id", SqlParameters.Of(row)) > 0)
                throw IdentityErrors.DeleteConflict("Cannot delete entity, must remove users from group first.");
            await transaction.RemoveAsync(Kind, row);
        }, cancellationToken);
    }

    private async Task ListAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var prefix = request.Optional("PathPrefix", IdentityRules.PathPrefix) ?? "/";
        var page = Page.Read(request, "ListGroups", prefix);
        request.Check();
        var rows = await store.ReadAsync(transaction => transaction.AllAsync(Kind), cancellationToken);
        page.Write(answer, "Groups", rows.Where(row => row.Path.StartsWith(prefix, StringComparison.Ordinal)), row => row.Name, row => answer.Entity(Kind, row, context.Arns.Account));
    }
}
