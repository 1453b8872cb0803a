using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Identity.Users;

namespace Postern.Server.Identity.Account;

/// <summary>
/// What a user has in AWS and nobody has here: passwords, MFA devices, SSH keys, certificates. Tools ask for them before they delete a
/// user, and are told that there are none; giving a user one is refused as an unknown operation.
/// </summary>
internal sealed class AbsentFeatures(IdentityStore store)
{
    private static readonly (string Operation, string List)[] OfUsers =
    [
        ("ListMFADevices", "MFADevices"), ("ListSSHPublicKeys", "SSHPublicKeys"), ("ListSigningCertificates", "Certificates"),
        ("ListServiceSpecificCredentials", "ServiceSpecificCredentials"),
    ];

    private static readonly (string Operation, string List)[] OfAccount =
    [
        ("ListVirtualMFADevices", "VirtualMFADevices"), ("ListServerCertificates", "ServerCertificateMetadataList"),
        ("ListOpenIDConnectProviders", "OpenIDConnectProviderList"), ("ListSAMLProviders", "SAMLProviderList"),
    ];

    public void AddTo(OperationRegistry operations, IdentityResources resources)
    {
        var user = resources.Existing(IdentityKind.User);
        foreach (var (operation, list) in OfUsers)
            operations.Add(QueryService.Iam, operation, Access.User, user, async (request, context, answer, cancellationToken) =>
            {
                await NeedUserAsync(request, context, cancellationToken);
                WriteNone(answer, list);
            });
        foreach (var (operation, list) in OfAccount)
            operations.Add(QueryService.Iam, operation, Access.User, Touched.Anything, (request, _, answer, _) =>
            {
                Page.Read(request);
                request.Check();
                WriteNone(answer, list);
                return Task.CompletedTask;
            });
        operations.Add(QueryService.Iam, "GetLoginProfile", Access.User, user, NoLoginAsync);
        operations.Add(QueryService.Iam, "DeleteLoginProfile", Access.User, user, NoLoginAsync);
    }

    private async Task NoLoginAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var user = await NeedUserAsync(request, context, cancellationToken);
        throw IdentityErrors.NoSuchEntity($"Login Profile for User {user.Name} cannot be found.");
    }

    private async Task<IdentityRow> NeedUserAsync(QueryRequest request, CallContext context, CancellationToken cancellationToken)
    {
        Page.Read(request);
        var name = UserOperations.UserName(request, context);
        request.Check();
        return await store.ReadAsync(transaction => transaction.NeedAsync(IdentityKind.User, name), cancellationToken);
    }

    private static void WriteNone(QueryAnswer answer, string list)
    {
        answer.Texts(list, []);
        Page.WriteEnd(answer, null);
    }
}
