using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Storage;

namespace Postern.Server.Identity;

/// <summary>Names what a request of IAM touches, for whoever decides whether it may. A name that nobody has stands for itself, without path.</summary>
internal sealed class IdentityResources(IdentityStore store)
{
    private static readonly string[] GivesBoundary = ["CreateUser", "CreateRole", "PutUserPermissionsBoundary", "PutRolePermissionsBoundary"],
        GivesTags = ["CreateUser", "CreateRole", "CreatePolicy", "CreateInstanceProfile"];

    /// <summary>The one of a kind that the request names; a user who is not named is the caller.</summary>
    public QueryTouches Existing(IdentityKind kind) => async (request, context, cancellationToken) =>
        [await FindAsync(kind, request.Peek(kind.NameMember) ?? CallerName(kind, context), request, context, cancellationToken)];

    /// <summary>The one that the request names, as it is and as it would be with the new name or path: both must be allowed.</summary>
    public QueryTouches Renamed(IdentityKind kind) => async (request, context, cancellationToken) =>
    {
        var (path, name) = (request.Peek("NewPath"), request.Peek($"New{kind.NameMember}"));
        var (found, row) = await FindRowAsync(kind, request.Peek(kind.NameMember) ?? "", request, context, cancellationToken);
        return path is null && name is null ? [found]
            : [found, new Touched(kind.Arn(context.Arns.Account, path ?? row?.Path ?? "/", name ?? row?.Name ?? "")) { Keys = found.Keys }];
    };

    /// <summary>One that the request would make.</summary>
    public QueryTouches New(IdentityKind kind) => (request, context, _) =>
        ValueTask.FromResult<IReadOnlyList<Touched>>([new Touched(kind.Arn(context.Arns.Account, request.Peek("Path") ?? "/", request.Peek(kind.NameMember) ?? "")) { Keys = KeysOf(request, null) }]);

    /// <summary>All of a kind: IAM asks for permission on the path.</summary>
    public QueryTouches All(IdentityKind kind) => (request, context, _) =>
        ValueTask.FromResult<IReadOnlyList<Touched>>([new Touched(kind.Arn(context.Arns.Account, request.Peek("PathPrefix") ?? "/", ""))]);

    /// <summary>The managed policy of PolicyArn.</summary>
    public QueryTouches Policy => async (request, _, cancellationToken) =>
    {
        if (request.Peek("PolicyArn") is not { Length: > 0 } arn) return [Touched.Anything];
        var tags = await store.ReadAsync(transaction => transaction.ListAsync<IdentityTag>(
            "SELECT t.owner_id, t.tag_key, t.tag_value FROM identity_tags t JOIN managed_policies p ON p.policy_id = t.owner_id WHERE p.arn = @arn", SqlParameters.Of(new { arn })), cancellationToken);
        return [new Touched(arn) { Keys = [.. TagKeys(tags), .. KeysOf(request, null)] }];
    };

    public QueryTouches NewPolicy => (request, context, _) => ValueTask.FromResult<IReadOnlyList<Touched>>(
        [new Touched(PrincipalArns.Policy(context.Arns.Account, request.Peek("Path") ?? "/", request.Peek("PolicyName") ?? "")) { Keys = KeysOf(request, null) }]);

    /// <summary>An instance profile, and the role that whoever has the profile will have.</summary>
    public QueryTouches ProfileWithRole => async (request, context, cancellationToken) =>
    {
        var profile = await FindAsync(IdentityKind.InstanceProfile, request.Peek(IdentityKind.InstanceProfile.NameMember) ?? "", request, context, cancellationToken);
        return request.Peek(IdentityKind.Role.NameMember) is { Length: > 0 } role
            ? [profile, await FindAsync(IdentityKind.Role, role, request, context, cancellationToken) with { Action = "iam:PassRole" }]
            : [profile];
    };

    /// <summary>The user of an access key that the request names.</summary>
    public QueryTouches UserOfKey => async (request, context, cancellationToken) =>
    {
        var keyId = request.Peek("AccessKeyId") ?? "";
        var name = await store.ReadAsync(transaction => transaction.SingleAsync<string>(
            "SELECT u.name FROM users u JOIN access_keys k ON k.user_id = u.user_id WHERE k.access_key_id = @keyId", SqlParameters.Of(new { keyId })), cancellationToken);
        return name is null ? [Touched.Anything] : [await FindAsync(IdentityKind.User, name, request, context, cancellationToken)];
    };

    private async Task<Touched> FindAsync(IdentityKind kind, string name, QueryRequest request, CallContext context, CancellationToken cancellationToken)
        => (await FindRowAsync(kind, name, request, context, cancellationToken)).Touched;

    private async Task<(Touched Touched, IdentityRow? Row)> FindRowAsync(IdentityKind kind, string name, QueryRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var (row, tags) = await store.ReadAsync(async transaction =>
        {
            var found = await transaction.FindAsync(kind, name);
            return (found, found is null ? [] : await transaction.TagsAsync(found.Id));
        }, cancellationToken);
        return (new Touched(kind.Arn(context.Arns.Account, row?.Path ?? "/", row?.Name ?? name)) { Keys = [.. TagKeys(tags), .. KeysOf(request, row)] }, row);
    }

    private static string CallerName(IdentityKind kind, CallContext context)
        => kind == IdentityKind.User && context.Caller.Principal is UserPrincipal user ? user.Name : "";

    private static IEnumerable<ConditionKey> TagKeys(IEnumerable<IdentityTag> tags) => tags.SelectMany(tag => new[]
    {
        new ConditionKey("aws:ResourceTag/" + tag.TagKey, tag.TagValue), new ConditionKey("iam:ResourceTag/" + tag.TagKey, tag.TagValue),
    });

    /// <summary>Only what the operation takes: a member that it would pass over must not satisfy a condition.</summary>
    private static IReadOnlyList<ConditionKey> KeysOf(QueryRequest request, IdentityRow? row)
    {
        var action = request.Peek("Action") ?? "";
        var keys = new List<ConditionKey>();
        if ((action.StartsWith("Attach", StringComparison.Ordinal) || action.StartsWith("Detach", StringComparison.Ordinal)) && request.Peek("PolicyArn") is { } policy)
            keys.Add(new ConditionKey("iam:PolicyARN", policy));
        // The boundary it is about to have; of whatever else is done to a principal, the one it has.
        if ((GivesBoundary.Contains(action) ? request.Peek("PermissionsBoundary") : row?.BoundaryArn) is { } boundary)
            keys.Add(new ConditionKey("iam:PermissionsBoundary", boundary));
        var tags = action.StartsWith("Tag", StringComparison.Ordinal) || GivesTags.Contains(action)
            ? request.Items("Tags", IdentityTags.Most).Select(item => (Key: item.Peek("Key") ?? "", Value: item.Peek("Value") ?? "")).ToList() : [];
        keys.AddRange(tags.Select(tag => new ConditionKey("aws:RequestTag/" + tag.Key, tag.Value)));
        var removed = action.StartsWith("Untag", StringComparison.Ordinal) ? request.Texts("TagKeys", IdentityTags.Most, IdentityRules.TagKey) : [];
        var names = tags.Select(tag => tag.Key).Concat(removed).ToList();
        if (names.Count > 0) keys.Add(new ConditionKey("aws:TagKeys", names));
        return keys;
    }
}
