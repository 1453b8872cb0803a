using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Settings;
using Postern.Server.Storage;

namespace Postern.Server.Identity.Policies;

/// <summary>AttachUserPolicy, DetachUserPolicy, ListAttachedUserPolicies, and the same for groups and roles.</summary>
internal sealed class AttachmentOperations(IdentityStore store, ServerOptions options)
{
    public void AddTo(OperationRegistry operations, IdentityResources resources)
    {
        foreach (var kind in IdentityKind.WithPolicies)
        {
            var owner = resources.Existing(kind);
            operations.Add(QueryService.Iam, $"Attach{kind.Name}Policy", Access.User, owner, (request, _, _, cancellationToken) => AttachAsync(kind, request, cancellationToken));
            operations.Add(QueryService.Iam, $"Detach{kind.Name}Policy", Access.User, owner, (request, _, _, cancellationToken) => DetachAsync(kind, request, cancellationToken));
            operations.Add(QueryService.Iam, $"ListAttached{kind.Name}Policies", Access.User, owner, (request, _, answer, cancellationToken) => ListAsync(kind, request, answer, cancellationToken));
        }
    }

    private async Task AttachAsync(IdentityKind kind, QueryRequest request, CancellationToken cancellationToken)
    {
        var (name, arn) = Names(kind, request);
        await store.WriteAsync(async transaction =>
        {
            var row = await transaction.NeedAsync(kind, name);
            await transaction.NeedPolicyAsync(arn);
            await transaction.ExecuteAsync(
                "INSERT INTO policy_attachments (owner_id, policy_arn, attached_at) VALUES (@Id, @arn, @Now) ON CONFLICT DO NOTHING", SqlParameters.Of(new { row.Id, arn, transaction.Now }));
            if (await transaction.CountAsync("SELECT COUNT(*) FROM policy_attachments WHERE owner_id = @Id", SqlParameters.Of(row)) > options.AttachedPolicies)
                throw IdentityErrors.LimitExceeded($"PoliciesPer{kind.Name}", options.AttachedPolicies);
        }, cancellationToken);
    }

    private async Task DetachAsync(IdentityKind kind, QueryRequest request, CancellationToken cancellationToken)
    {
        var (name, arn) = Names(kind, request);
        await store.WriteAsync(async transaction =>
        {
            var row = await transaction.NeedAsync(kind, name);
            if (await transaction.ExecuteAsync("DELETE FROM policy_attachments WHERE owner_id = @Id AND policy_arn = @arn", SqlParameters.Of(new { row.Id, arn })) == 0)
                throw IdentityErrors.NoSuchEntity($"Policy {arn} was not found.");
        }, cancellationToken);
    }

    private async Task ListAsync(IdentityKind kind, QueryRequest request, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var name = request.Required(kind.NameMember, IdentityRules.Name128);
        var prefix = request.Optional("PathPrefix", IdentityRules.PathPrefix) ?? "/";
        var page = Page.Read(request, "ListAttached", kind.Name, name, prefix);
        request.Check();
        var arns = await store.ReadAsync(async transaction => await transaction.ListAsync<string>(
            "SELECT policy_arn FROM policy_attachments WHERE owner_id = @Id", SqlParameters.Of(await transaction.NeedAsync(kind, name))), cancellationToken);
        page.Write(answer, "AttachedPolicies", arns.Where(arn => PathOf(arn).StartsWith(prefix, StringComparison.Ordinal)), arn => arn, arn => Write(answer, arn));
    }

    internal static void Write(QueryAnswer answer, string arn) => answer.Text("PolicyName", arn[(arn.LastIndexOf('/') + 1)..]).Text("PolicyArn", arn);

    // arn:aws:iam::ACCOUNT:policy/PATH/NAME
    private static string PathOf(string arn) => arn[arn.IndexOf('/')..(arn.LastIndexOf('/') + 1)];

    private static (string Owner, string PolicyArn) Names(IdentityKind kind, QueryRequest request)
    {
        var names = (request.Required(kind.NameMember, IdentityRules.Name128), request.Required("PolicyArn", IdentityRules.Arn));
        request.Check();
        return names;
    }
}
