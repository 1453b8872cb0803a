namespace Postern.Protocol.AwsJson;

/// <summary>Operations that read the audit log: CloudTrail's, and our own, which gives it as it is chained.</summary>
public static class CloudTrailOperations
{
    public static AwsOperation<LookupEventsRequest, LookupEventsResponse> LookupEvents =>
        field ??= new("cloudtrail", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents",
            CloudTrailJsonContext.Default.LookupEventsRequest, CloudTrailJsonContext.Default.LookupEventsResponse);

    public static AwsOperation<ExportAuditLogRequest, ExportAuditLogResponse> ExportAuditLog =>
        field ??= new("postern", "Postern.ExportAuditLog",
            CloudTrailJsonContext.Default.ExportAuditLogRequest, CloudTrailJsonContext.Default.ExportAuditLogResponse);
}
