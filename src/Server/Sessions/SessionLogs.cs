using Postern.Protocol.AwsJson;
using Postern.Server.Documents;
using Postern.Server.Settings;

namespace Postern.Server.Sessions;

/// <summary>Where the log of a new session goes: what its document asks for, as far as this gateway can, else what the operator set for all.</summary>
internal sealed class SessionLogs(ServerOptions options)
{
    /// <exception cref="AwsErrorException">InvalidDocument: it asks for S3, this gateway has none, and the account insists.</exception>
    public SessionDelivery? For(ResolvedSession session, DocumentSnapshot snapshot)
    {
        var wanted = session.Delivery;
        if (wanted?.Bucket is { } bucket && !options.DeliversToS3)
        {
            if (session.SessionType != Documents.Content.SessionDocument.Port && snapshot.Setting(ServiceSettingRules.Logging) == ServiceSettingRules.LoggingRequired)
                throw new AwsErrorException("InvalidDocument",
                    $"Sessions with document {session.Document.Name} are to be logged to the bucket {bucket} (inputs.s3BucketName of it, or of {SessionDocuments.Default}), and this gateway has no S3: start it with --s3-endpoint or --aws-credentials, "
                    + $"remove the member, or set {ServiceSettingRules.Logging} to {ServiceSettingRules.LoggingIgnored} with UpdateServiceSetting.");
            wanted = wanted with { Bucket = null };
        }
        if (wanted?.Bucket is null && options.S3Bucket is { } common)
            wanted = (wanted ?? new SessionDelivery()) with { Bucket = common, Prefix = options.S3Prefix };
        return wanted is { Bucket: null, LogGroup: null } ? null : wanted;
    }
}
