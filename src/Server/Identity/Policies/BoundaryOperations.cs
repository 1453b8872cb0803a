using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Storage;

namespace Postern.Server.Identity.Policies;

/// <summary>PutUserPermissionsBoundary, DeleteUserPermissionsBoundary, and the same for roles.</summary>
internal sealed class BoundaryOperations(IdentityStore store)
{
    private static readonly IReadOnlyList<IdentityKind> Kinds = [IdentityKind.User, IdentityKind.Role];

    public void AddTo(OperationRegistry operations, IdentityResources resources)
    {
        foreach (var kind in Kinds)
        {
            var owner = resources.Existing(kind);
            operations.Add(QueryService.Iam, $"Put{kind.Name}PermissionsBoundary", Access.User, owner, async (request, _, _, cancellationToken) =>
            {
                var arn = request.Required("PermissionsBoundary", IdentityRules.Arn);
                await SetAsync(kind, request, arn, cancellationToken);
            });
            operations.Add(QueryService.Iam, $"Delete{kind.Name}PermissionsBoundary", Access.User, owner, (request, _, _, cancellationToken) => SetAsync(kind, request, null, cancellationToken));
        }
    }

    private async Task SetAsync(IdentityKind kind, QueryRequest request, string? arn, CancellationToken cancellationToken)
    {
        var name = request.Required(kind.NameMember, IdentityRules.Name128);
        request.Check();
        await store.WriteAsync(async transaction =>
        {
            var row = await transaction.NeedAsync(kind, name);
            await transaction.EnsureBoundaryAsync(arn);
            if (arn is null && row.BoundaryArn is null)
                throw IdentityErrors.NoSuchEntity($"The {kind.Label} {row.Name} has no permissions boundary.");
            await transaction.ExecuteAsync($"UPDATE {kind.Table} SET boundary_arn = @arn WHERE {kind.IdColumn} = @Id", SqlParameters.Of(new { arn, row.Id }));
        }, cancellationToken);
    }
}
