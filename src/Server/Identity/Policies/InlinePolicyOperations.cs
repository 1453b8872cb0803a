using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Iam.Policies;
using Postern.Server.Storage;

namespace Postern.Server.Identity.Policies;

/// <summary>A policy inside its owner.</summary>
internal sealed class InlinePolicyRow
{
    public string OwnerId { get; set; } = "";
    public string Name { get; set; } = "";
    public string Document { get; set; } = "";
}

/// <summary>Put, Get, Delete and List of the policies inside users, groups and roles: PutUserPolicy, GetRolePolicy …</summary>
internal sealed class InlinePolicyOperations(IdentityStore store)
{
    public void AddTo(OperationRegistry operations, IdentityResources resources)
    {
        foreach (var kind in IdentityKind.WithPolicies)
        {
            var owner = resources.Existing(kind);
            operations.Add(QueryService.Iam, $"Put{kind.Name}Policy", Access.User, owner, (request, _, _, cancellationToken) => PutAsync(kind, request, cancellationToken));
            operations.Add(QueryService.Iam, $"Get{kind.Name}Policy", Access.User, owner, (request, _, answer, cancellationToken) => GetAsync(kind, request, answer, cancellationToken));
            operations.Add(QueryService.Iam, $"Delete{kind.Name}Policy", Access.User, owner, (request, _, _, cancellationToken) => DeleteAsync(kind, request, cancellationToken));
            operations.Add(QueryService.Iam, $"List{kind.Name}Policies", Access.User, owner, (request, _, answer, cancellationToken) => ListAsync(kind, request, answer, cancellationToken));
        }
    }

    private async Task PutAsync(IdentityKind kind, QueryRequest request, CancellationToken cancellationToken)
    {
        var document = request.Required("PolicyDocument", IdentityRules.Document);
        var (name, policy) = Names(kind, request);
        PolicyChecks.Check(document, PolicyUse.Identity);
        await store.WriteAsync(async transaction =>
        {
            var row = await transaction.NeedAsync(kind, name);
            var others = await transaction.ListAsync<string>("SELECT document FROM inline_policies WHERE owner_id = @Id AND name <> @policy", SqlParameters.Of(new { row.Id, policy }));
            if (others.Sum(PolicyChecks.Size) + PolicyChecks.Size(document) > kind.PolicyQuota)
                throw IdentityErrors.LimitExceeded($"Maximum policy size of {kind.PolicyQuota} bytes exceeded for {kind.Label} {row.Name}");
            await transaction.ExecuteAsync(
                "INSERT INTO inline_policies (owner_id, name, document) VALUES (@Id, @policy, @document) ON CONFLICT (owner_id, name) DO UPDATE SET document = excluded.document",
                SqlParameters.Of(new { row.Id, policy, document }));
        }, cancellationToken);
    }

    private async Task GetAsync(IdentityKind kind, QueryRequest request, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var (name, policy) = Names(kind, request);
        var (row, found) = await store.ReadAsync(async transaction =>
        {
            var owner = await transaction.NeedAsync(kind, name);
            return (owner, await transaction.SingleAsync<InlinePolicyRow>("SELECT owner_id, name, document FROM inline_policies WHERE owner_id = @Id AND name = @policy", SqlParameters.Of(new { owner.Id, policy })));
        }, cancellationToken);
        if (found is null) throw NoSuchPolicy(kind, policy);
        answer.Text(kind.NameMember, row.Name).Text("PolicyName", found.Name).Document("PolicyDocument", found.Document);
    }

    private async Task DeleteAsync(IdentityKind kind, QueryRequest request, CancellationToken cancellationToken)
    {
        var (name, policy) = Names(kind, request);
        await store.WriteAsync(async transaction =>
        {
            var row = await transaction.NeedAsync(kind, name);
            if (await transaction.ExecuteAsync("DELETE FROM inline_policies WHERE owner_id = @Id AND name = @policy", SqlParameters.Of(new { row.Id, policy })) == 0)
                throw NoSuchPolicy(kind, policy);
        }, cancellationToken);
    }

    private async Task ListAsync(IdentityKind kind, QueryRequest request, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var name = request.Required(kind.NameMember, IdentityRules.Name128);
        var page = Page.Read(request, "List", kind.Name, name);
        request.Check();
        var policies = await store.ReadAsync(async transaction => await transaction.ListAsync<string>(
            "SELECT name FROM inline_policies WHERE owner_id = @Id", SqlParameters.Of(await transaction.NeedAsync(kind, name))), cancellationToken);
        var (items, next) = page.Cut(policies, policy => policy);
        answer.Texts("PolicyNames", items);
        Page.WriteEnd(answer, next);
    }

    private static (string Owner, string Policy) Names(IdentityKind kind, QueryRequest request)
    {
        var names = (request.Required(kind.NameMember, IdentityRules.Name128), request.Required("PolicyName", IdentityRules.Name128));
        request.Check();
        return names;
    }

    private static AwsErrorException NoSuchPolicy(IdentityKind kind, string policy)
        => IdentityErrors.NoSuchEntity($"The {kind.Label} policy with name {policy} cannot be found.");
}
