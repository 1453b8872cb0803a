using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Audit;
using Postern.Server.Iam;

namespace Postern.Server.CloudTrail;

internal static class CloudTrailFeature
{
    public static void AddTo(OperationRegistry operations, IServiceProvider services)
    {
        var store = services.GetRequiredService<AuditStore>();
        operations.Add(CloudTrailOperations.LookupEvents, Access.User, "cloudtrail:LookupEvents", Touched.Anything, new LookupEvents(store).HandleAsync);
        operations.Add(CloudTrailOperations.ExportAuditLog, Access.User, "postern:ExportAuditLog", Touched.Anything, new ExportAuditLog(store).HandleAsync);
    }
}
