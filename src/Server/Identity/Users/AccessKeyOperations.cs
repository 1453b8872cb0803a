using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Storage;

namespace Postern.Server.Identity.Users;

/// <summary>CreateAccessKey, UpdateAccessKey, DeleteAccessKey, ListAccessKeys, GetAccessKeyLastUsed.</summary>
internal sealed class AccessKeyOperations(IdentityStore store, AccessKeySecrets secrets, PrincipalUse use, TimeProvider time)
{
    /// <summary>So that one can be replaced by another without a gap.</summary>
    public const int MaxKeysPerUser = 2;
    private static readonly IReadOnlyList<string> Statuses = [AccessKeyRow.Active, AccessKeyRow.Inactive];

    public void AddTo(OperationRegistry operations, IdentityResources resources)
    {
        var user = resources.Existing(IdentityKind.User);
        operations.Add(QueryService.Iam, "CreateAccessKey", Access.User, user, CreateAsync);
        operations.Add(QueryService.Iam, "UpdateAccessKey", Access.User, user, UpdateAsync);
        operations.Add(QueryService.Iam, "DeleteAccessKey", Access.User, user, DeleteAsync);
        operations.Add(QueryService.Iam, "ListAccessKeys", Access.User, user, ListAsync);
        operations.Add(QueryService.Iam, "GetAccessKeyLastUsed", Access.User, resources.UserOfKey, LastUsedAsync);
    }

    private async Task CreateAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var name = UserOperations.UserName(request, context);
        request.Check();
        var now = time.GetUtcNow();
        var (user, key) = await store.WriteAsync(async transaction =>
        {
            var row = await transaction.NeedAsync(IdentityKind.User, name);
            if (await transaction.CountAsync("SELECT COUNT(*) FROM access_keys WHERE user_id = @Id", SqlParameters.Of(row)) >= MaxKeysPerUser)
                throw IdentityErrors.LimitExceeded("AccessKeysPerUser", MaxKeysPerUser);
            return (row, await secrets.AddAsync(transaction.Connection, row.Id, now, cancellationToken));
        }, cancellationToken);
        answer.Structure("AccessKey", () => answer
            .Text("UserName", user.Name).Text("AccessKeyId", key.AccessKeyId).Text("Status", AccessKeyRow.Active)
            .Text("SecretAccessKey", key.SecretAccessKey).Time("CreateDate", now.ToUnixTimeMilliseconds()));
    }

    private async Task UpdateAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var (name, keyId) = Key(request, context);
        var status = request.RequiredOneOf("Status", Statuses);
        request.Check();
        await store.WriteAsync(async transaction =>
        {
            var user = await transaction.NeedAsync(IdentityKind.User, name);
            if (await transaction.ExecuteAsync("UPDATE access_keys SET status = @status WHERE access_key_id = @keyId AND user_id = @Id", SqlParameters.Of(new { status, keyId, user.Id })) == 0)
                throw NoSuchKey(keyId);
        }, cancellationToken);
    }

    private async Task DeleteAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var (name, keyId) = Key(request, context);
        request.Check();
        await store.WriteAsync(async transaction =>
        {
            var user = await transaction.NeedAsync(IdentityKind.User, name);
            if (await transaction.ExecuteAsync("DELETE FROM access_keys WHERE access_key_id = @keyId AND user_id = @Id", SqlParameters.Of(new { keyId, user.Id })) == 0)
                throw NoSuchKey(keyId);
        }, cancellationToken);
    }

    private async Task ListAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var name = UserOperations.UserName(request, context);
        var page = Page.Read(request, "ListAccessKeys", name);
        request.Check();
        var (user, keys) = await store.ReadAsync(async transaction =>
        {
            var row = await transaction.NeedAsync(IdentityKind.User, name);
            return (row, await transaction.ListAsync<AccessKeyRow>($"SELECT {AccessKeyRow.Columns} FROM access_keys WHERE user_id = @Id", SqlParameters.Of(row)));
        }, cancellationToken);
        page.Write(answer, "AccessKeyMetadata", keys, key => key.AccessKeyId, key => answer
            .Text("UserName", user.Name).Text("AccessKeyId", key.AccessKeyId).Text("Status", key.Status).Time("CreateDate", key.CreatedAt));
    }

    private async Task LastUsedAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var keyId = request.Required("AccessKeyId", IdentityRules.AccessKeyId);
        request.Check();
        var (user, key) = await store.ReadAsync(async transaction =>
        {
            var row = await transaction.SingleAsync<AccessKeyRow>($"SELECT {AccessKeyRow.Columns} FROM access_keys WHERE access_key_id = @keyId", SqlParameters.Of(new { keyId })) ?? throw NoSuchKey(keyId);
            return (await transaction.FindByIdAsync(IdentityKind.User, row.UserId), row);
        }, cancellationToken);
        var pending = use.Pending(keyId);
        answer.Text("UserName", user?.Name).Structure("AccessKeyLastUsed", () => answer
            .Time("LastUsedDate", pending?.At.ToUnixTimeMilliseconds() ?? key.LastUsedAt)
            .Text("ServiceName", pending?.Service ?? key.LastUsedService ?? "N/A")
            .Text("Region", pending?.Region ?? key.LastUsedRegion ?? "N/A"));
    }

    private static (string UserName, string KeyId) Key(QueryRequest request, CallContext context)
        => (UserOperations.UserName(request, context), request.Required("AccessKeyId", IdentityRules.AccessKeyId));

    private static AwsErrorException NoSuchKey(string keyId) => IdentityErrors.NoSuchEntity($"The Access Key with id {keyId} cannot be found.");
}
