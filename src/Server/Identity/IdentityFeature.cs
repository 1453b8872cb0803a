using Postern.Server.Api;
using Postern.Server.Identity.Sts;

namespace Postern.Server.Identity;

/// <summary>The operations of IAM and STS.</summary>
internal static class IdentityFeature
{
    public static void AddTo(OperationRegistry operations, IServiceProvider services)
    {
        CallerOperations.AddTo(operations);
    }
}
