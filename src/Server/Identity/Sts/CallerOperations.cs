using Postern.Server.Api;
using Postern.Server.Iam;

namespace Postern.Server.Identity.Sts;

/// <summary>GetCallerIdentity: who am I?</summary>
internal static class CallerOperations
{
    public static void AddTo(OperationRegistry operations)
        => operations.Add(QueryService.Sts, "GetCallerIdentity", Access.UserOrNode, Touched.Nothing, (_, context, answer, _) =>
        {
            answer.Text("Arn", context.Caller.Arn).Text("UserId", context.Caller.UserId).Text("Account", context.Caller.AccountId);
            return Task.CompletedTask;
        });
}
