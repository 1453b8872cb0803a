using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Storage;

namespace Postern.Server.Identity.Groups;

/// <summary>AddUserToGroup, RemoveUserFromGroup, ListGroupsForUser.</summary>
internal sealed class MembershipOperations(IdentityStore store)
{
    public const int MaxGroupsPerUser = 10;

    public void AddTo(OperationRegistry operations, IdentityResources resources)
    {
        operations.Add(QueryService.Iam, "AddUserToGroup", Access.User, resources.Existing(IdentityKind.Group), AddAsync);
        operations.Add(QueryService.Iam, "RemoveUserFromGroup", Access.User, resources.Existing(IdentityKind.Group), RemoveAsync);
        operations.Add(QueryService.Iam, "ListGroupsForUser", Access.User, resources.Existing(IdentityKind.User), ListAsync);
    }

    private async Task AddAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var (groupName, userName) = Names(request);
        await store.WriteAsync(async transaction =>
        {
            var group = await transaction.NeedAsync(IdentityKind.Group, groupName);
            var user = await transaction.NeedAsync(IdentityKind.User, userName);
            await transaction.ExecuteAsync("INSERT INTO group_members (group_id, user_id) VALUES (@GroupId, @UserId) ON CONFLICT DO NOTHING", SqlParameters.Of(new { GroupId = group.Id, UserId = user.Id }));
            if (await transaction.CountAsync("SELECT COUNT(*) FROM group_members WHERE user_id = @Id", SqlParameters.Of(user)) > MaxGroupsPerUser)
                throw IdentityErrors.LimitExceeded("GroupsPerUser", MaxGroupsPerUser);
        }, cancellationToken);
    }

    private async Task RemoveAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var (groupName, userName) = Names(request);
        await store.WriteAsync(async transaction =>
        {
            var group = await transaction.NeedAsync(IdentityKind.Group, groupName);
            var user = await transaction.NeedAsync(IdentityKind.User, userName);
            await transaction.ExecuteAsync("DELETE FROM group_members WHERE group_id = @GroupId AND user_id = @UserId", SqlParameters.Of(new { GroupId = group.Id, UserId = user.Id }));
        }, cancellationToken);
    }

    private async Task ListAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var name = request.Required("UserName", IdentityRules.Name128);
        var page = Page.Read(request, "ListGroupsForUser", name);
        request.Check();
        var groups = await store.ReadAsync(async transaction => await transaction.ListAsync<IdentityRow>(
            "SELECT g.group_id AS id, g.name, g.path, g.created_at FROM iam_groups g JOIN group_members m ON m.group_id = g.group_id WHERE m.user_id = @Id",
            SqlParameters.Of(await transaction.NeedAsync(IdentityKind.User, name))), cancellationToken);
        page.Write(answer, "Groups", groups, row => row.Name, row => answer.Entity(IdentityKind.Group, row, context.Arns.Account));
    }

    private static (string Group, string User) Names(QueryRequest request)
    {
        var names = (request.Required("GroupName", IdentityRules.Name128), request.Required("UserName", IdentityRules.Name128));
        request.Check();
        return names;
    }
}
