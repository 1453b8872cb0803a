using Postern.Server.Api;
using Postern.Server.Iam;

namespace Postern.Server.Identity.Sts;

/// <summary>GetCallerIdentity: who am I? GetAccessKeyInfo: whose is this key?</summary>
internal sealed class CallerOperations(PrincipalStore principals)
{
    public void AddTo(OperationRegistry operations)
    {
        operations.Add(QueryService.Sts, "GetCallerIdentity", Access.UserOrNode, Touched.Nothing, (_, context, answer, _) =>
        {
            answer.Text("Arn", context.Caller.Arn).Text("UserId", context.Caller.UserId).Text("Account", context.Caller.AccountId);
            return Task.CompletedTask;
        });
        operations.Add(QueryService.Sts, "GetAccessKeyInfo", Access.User, Touched.Anything, InfoAsync);
    }

    private async Task InfoAsync(QueryRequest request, CallContext context, QueryAnswer answer, CancellationToken cancellationToken)
    {
        var keyId = request.Required("AccessKeyId", IdentityRules.AccessKeyId);
        request.Check();
        // Temporary keys are in no table; all there are belong to this account.
        if (!keyId.StartsWith(KeyIds.TemporaryPrefix, StringComparison.Ordinal) && await principals.FindKeyAsync(keyId, cancellationToken) is null)
            throw IdentityErrors.Validation($"{keyId} is no access key of this account.");
        answer.Text("Account", context.Arns.Account);
    }
}
