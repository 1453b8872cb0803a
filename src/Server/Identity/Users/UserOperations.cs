using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Identity.Policies;
using Postern.Server.Storage;

namespace Postern.Server.Identity.Users;

/// <summary>CreateUser, GetUser, UpdateUser, DeleteUser, ListUsers.</summary>
internal sealed class UserOperations(IdentityStore store)
{
    private static readonly IdentityKind Kind = IdentityKind.User;

    public void AddTo(OperationRegistry operations, IdentityResources resources)
    {
        operations.Add(QueryService.Iam, "CreateUser", Access.User, resources.New(Kind), CreateAsync);
        operations.Add(QueryService.Iam, "GetUser", Access.User, resources.Existing(Kind), GetAsync);
        operations.Add(QueryService.Iam, "UpdateUser", Access.User, resources.Renamed(Kind), UpdateAsync);
        operations.Add(QueryService.Iam, "DeleteUser", Access.User, resources.Existing(Kind), DeleteAsync);
        operations.Add(QueryService.Iam, "ListUsers", Access.User, resources.All(Kind), ListAsync);
    }

    private async Task CreateAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var row = new IdentityRow
        {
            Name = request.Required("UserName", Kind.NameRule),
            Path = request.Optional("Path", IdentityRules.Path) ?? "/",
            BoundaryArn = request.Optional("PermissionsBoundary", IdentityRules.Arn),
        };
        var tags = IdentityTags.Read(request);
        request.Check();
        await store.WriteAsync(async transaction =>
        {
            await transaction.EnsureBoundaryAsync(row.BoundaryArn);
            await transaction.AddAsync(Kind, row, ", boundary_arn", ", @BoundaryArn");
            await transaction.TagAsync(row.Id, tags);
        }, cancellationToken);
        Write(answer, row, tags, context);
    }

    private async Task GetAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var name = UserName(request, context);
        request.Check();
        var (row, tags) = await store.ReadAsync(async transaction =>
        {
            var found = await transaction.NeedAsync(Kind, name);
            return (found, await transaction.TagsAsync(found.Id));
        }, cancellationToken);
        Write(answer, row, tags, context);
    }

    private async Task UpdateAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var name = request.Required("UserName", IdentityRules.Name128);
        var newName = request.Optional("NewUserName", Kind.NameRule);
        var newPath = request.Optional("NewPath", IdentityRules.Path);
        request.Check();
        await store.WriteAsync(async transaction => await transaction.RenameAsync(Kind, await transaction.NeedAsync(Kind, name), newName, newPath), cancellationToken);
    }

    private async Task DeleteAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var name = request.Required("UserName", IdentityRules.Name128);
        request.Check();
        await store.WriteAsync(async transaction =>
        {
            var row = await transaction.NeedAsync(Kind, name);
            await transaction.EnsureNoPoliciesAsync(row);
            if (await transaction.CountAsync("SELECT COUNT(*) FROM access_keys WHERE user_id = @Id", SqlParameters.Of(row)) > 0)
                throw IdentityErrors.DeleteConflict("Cannot delete entity, must delete access keys first.");
            if (await transaction.CountAsync("SELECT COUNT(*) FROM group_members WHERE user_id = @Id", SqlParameters.Of(row)) > 0)
                throw IdentityErrors.DeleteConflict("Cannot delete entity, must remove users from group first.");
            await transaction.RemoveAsync(Kind, row);
        }, cancellationToken);
    }

    private async Task ListAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var prefix = request.Optional("PathPrefix", IdentityRules.PathPrefix) ?? "/";
        var page = Page.Read(request, "ListUsers", prefix);
        request.Check();
        var rows = await store.ReadAsync(transaction => transaction.AllAsync(Kind), cancellationToken);
        page.Write(answer, "Users", rows.Where(row => row.Path.StartsWith(prefix, StringComparison.Ordinal)), row => row.Name, row => answer.Entity(Kind, row, context.Arns.Account));
    }

    /// <summary>Who is not named is the caller.</summary>
    internal static string UserName(QueryRequest request, CallContext context)
        => request.Optional("UserName", IdentityRules.Name128)
            ?? (context.Caller.Principal as UserPrincipal)?.Name
            ?? throw IdentityErrors.Validation("Must specify userName when calling with non-User credentials");

    private static void Write(QueryAnswer answer, IdentityRow row, IReadOnlyList<IdentityTag> tags, CallContext context) => answer.Structure("User", () =>
    {
        answer.Entity(Kind, row, context.Arns.Account).Boundary(row);
        if (tags.Count > 0) IdentityTags.Write(answer, tags);
    });
}
