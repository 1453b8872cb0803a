using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Identity.Policies;

namespace Postern.Server.Identity;

/// <summary>TagUser, UntagUser, ListUserTags, and the same for roles, policies and instance profiles.</summary>
internal sealed class TagOperations(IdentityStore store)
{
    private static readonly IReadOnlyList<IdentityKind> Kinds = [IdentityKind.User, IdentityKind.Role, IdentityKind.InstanceProfile];

    /// <summary>Finds the id of what has the tags, by the name that requests give it.</summary>
    private delegate Task<string> Owner(IdentityTransaction transaction, string name);

    public void AddTo(OperationRegistry operations, IdentityResources resources)
    {
        foreach (var kind in Kinds)
        {
            Owner named = async (transaction, name) => (await transaction.NeedAsync(kind, name)).Id;
            Add(operations, kind.Name, kind.NameMember, kind.NameRule, resources.Existing(kind), named, named);
        }
        Add(operations, "Policy", "PolicyArn", IdentityRules.Arn, resources.Policy,
            async (transaction, arn) => (await transaction.NeedPolicyAsync(arn)).PolicyId, async (transaction, arn) => (await transaction.NeedOwnPolicyAsync(arn)).PolicyId);
    }

    private void Add(OperationRegistry operations, string kind, string member, TextRule rule, QueryTouches touches, Owner seen, Owner changed)
    {
        operations.Add(QueryService.Iam, $"Tag{kind}", Access.User, touches, async (request, _, _, cancellationToken) =>
        {
            var name = request.Required(member, rule);
            var tags = IdentityTags.Read(request);
            request.Check();
            await store.WriteAsync(async transaction => await transaction.TagAsync(await changed(transaction, name), tags), cancellationToken);
        });
        operations.Add(QueryService.Iam, $"Untag{kind}", Access.User, touches, async (request, _, _, cancellationToken) =>
        {
            var name = request.Required(member, rule);
            var keys = request.Texts("TagKeys", IdentityTags.Most, IdentityRules.TagKey);
            request.Check();
            await store.WriteAsync(async transaction => await transaction.UntagAsync(await changed(transaction, name), keys), cancellationToken);
        });
        operations.Add(QueryService.Iam, $"List{kind}Tags", Access.User, touches, async (request, _, answer, cancellationToken) =>
        {
            var name = request.Required(member, rule);
            var page = Page.Read(request, $"List{kind}Tags", name);
            request.Check();
            var tags = await store.ReadAsync(async transaction => await transaction.TagsAsync(await seen(transaction, name)), cancellationToken);
            page.Write(answer, "Tags", tags, tag => tag.TagKey, tag => answer.Text("Key", tag.TagKey).Text("Value", tag.TagValue));
        });
    }
}
