using System.Text.RegularExpressions;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Server.Documents;

/// <summary>
/// ModifyDocumentPermission and DescribeDocumentPermission. There is one account here, so sharing is only remembered, for tools that
/// manage it; a document that is shared cannot be deleted.
/// </summary>
internal sealed partial class DocumentPermissions(SessionDocuments documents, DocumentStore store)
{
    private const string Share = "Share", Everybody = "all", AccountModel = "(?i)all|[0-9]{12}", VersionModel = "([$]LATEST|[$]DEFAULT|[$]ALL)";
    private const int MaxAccounts = 20, MaxPage = 200;

    /// <exception cref="AwsErrorException">ValidationException, InvalidPermissionType, InvalidDocument, DocumentPermissionLimit or InvalidDocumentOperation.</exception>
    public async Task<EmptyResponse> ModifyAsync(ModifyDocumentPermissionRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var (add, remove) = (request.AccountIdsToAdd ?? [], request.AccountIdsToRemove ?? []);
        var validation = new Validation().Items("accountIdsToAdd", add, 0, MaxAccounts).Items("accountIdsToRemove", remove, 0, MaxAccounts)
            .Pattern("sharedDocumentVersion", request.SharedDocumentVersion, SharedVersion, VersionModel);
        foreach (var account in add.Concat(remove).Take(2 * MaxAccounts))
            validation.Pattern("accountIds.member", account, Account, AccountModel);
        var snapshot = await RequireAsync(request.Name, request.PermissionType, validation, cancellationToken);
        (add, remove) = ([.. add.Select(Canonical).Distinct()], [.. remove.Select(Canonical).Distinct()]);
        if (add.Contains(Everybody) && snapshot.Setting(ServiceSettingRules.PublicSharing) != "Enable")
            throw new AwsErrorException("InvalidDocumentOperation", $"Documents may not be shared with everybody: {ServiceSettingRules.PublicSharing} is Disable. UpdateServiceSetting changes it.");
        await store.ShareAsync(request.Name!, add, remove, request.SharedDocumentVersion, cancellationToken);
        return new EmptyResponse();
    }

    /// <exception cref="AwsErrorException">ValidationException, InvalidPermissionType, InvalidDocument or InvalidNextToken.</exception>
    public async Task<DescribeDocumentPermissionResponse> DescribeAsync(DescribeDocumentPermissionRequest request, CallContext context, CancellationToken cancellationToken)
    {
        await RequireAsync(request.Name, request.PermissionType, new Validation().Range("maxResults", request.MaxResults, 1, MaxPage), cancellationToken);
        var scope = PageToken.Scope(nameof(DescribeAsync), [("Name", [request.Name!])]);
        var size = request.MaxResults ?? MaxPage;
        var rows = await store.SharesAsync(request.Name!, PageToken.Read(scope, request.NextToken), size + 1, cancellationToken);
        return new DescribeDocumentPermissionResponse
        {
            AccountIds = [.. rows.Take(size).Select(row => row.AccountId)],
            AccountSharingInfoList = [.. rows.Take(size).Select(row => new AccountSharingInfo { AccountId = row.AccountId, SharedDocumentVersion = row.SharedVersion })],
            NextToken = rows.Count > size ? PageToken.Write(scope, rows[size - 1].AccountId) : null,
        };
    }

    private async Task<DocumentSnapshot> RequireAsync(string? name, string? type, Validation validation, CancellationToken cancellationToken)
    {
        validation.DocumentName(name).Required("permissionType", type).ThrowIfFaulty();
        if (type != Share)
            throw new AwsErrorException("InvalidPermissionType", "PermissionType must be Share, the only one there is.");
        var snapshot = await documents.RefreshAsync(cancellationToken);
        return (snapshot.Default(name!) ?? throw DocumentErrors.Unknown(name!)).IsAmazons ? throw DocumentErrors.ReadOnly(name!) : snapshot;
    }

    private static string Canonical(string account) => account.Equals(Everybody, StringComparison.OrdinalIgnoreCase) ? Everybody : account;

    [GeneratedRegex(@"\A(all|[0-9]{12})\z", RegexOptions.IgnoreCase)]
    private static partial Regex Account { get; }

    [GeneratedRegex(@"\A([$]LATEST|[$]DEFAULT|[$]ALL)\z")]
    private static partial Regex SharedVersion { get; }
}
