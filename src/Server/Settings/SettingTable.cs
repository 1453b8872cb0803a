using static Postern.Server.Settings.Setting;

namespace Postern.Server.Settings;

/// <summary>Every setting. A new one is a member of ServerOptions and a line here; option, file, environment and --help follow.</summary>
internal static class SettingTable
{
    /// <summary>Read by <see cref="SettingsReader"/> itself: where the other settings stand.</summary>
    public const string Config = "config", Data = "data";

    public static readonly IReadOnlyList<Setting> All =
    [
        Single(Data, "DIR", "keys, certificates and the SQLite database; made when missing (/var/lib/postern-server)",
            (o, v) => o with { Data = Path.GetFullPath(v) }),
        Single("name", "NAME", "of this gateway, each its own, where several share a database (this machine's name)",
            (o, v) => o with { Name = SettingValues.Name(v) }),
        new("listen", "ADDR:PORT", "address to listen on, repeatable; port 0 takes a free one (127.0.0.1:8443)",
            (o, v) => o with { Listen = [.. v.Select(SettingValues.EndPoint)] }) { Repeatable = true },
        Single("cert", "FILE", "PEM file with the server certificate and its chain, with --key (one of our own CA)",
            (o, v) => o with { Certificate = Path.GetFullPath(v) }),
        Single("key", "FILE", "PEM file with the private key of --cert",
            (o, v) => o with { Key = Path.GetFullPath(v) }),
        Single("master-key-file", "FILE", "file with the master key, 32 bytes; else POSTERN_MASTER_KEY in hexadecimal, a systemd credential postern-master-key (DIR/master.key)",
            (o, v) => o with { MasterKeyFile = Path.GetFullPath(v) }),
        Single("region", "REGION", "AWS region that requests are signed for (us-east-1)",
            (o, v) => o with { Region = SettingValues.Region(v) }),
        Single("account", "ID", "AWS account number shown in ARNs, 12 digits (000000000000)",
            (o, v) => o with { Account = SettingValues.Account(v) }),
        Single("database", "CONNECTION", "sqlite:PATH or a PostgreSQL connection string; keep passwords out of the command line (DIR/postern.db)",
            (o, v) => o with { Database = v }),
        Single("endpoint", "URL", "https URL that people and nodes reach the gateway by (the address they called)",
            (o, v) => o with { Endpoint = SettingValues.Endpoint(v) }),
        Single("opening-per-address", "N", "data channels one address may be opening at a time, 1 to 1000; more for a proxy or a network that shares one address (100)",
            (o, v) => o with { OpeningPerAddress = SettingValues.Count(v, 1, 1000) }),
        Single("starts-at-once", "N", "session starts in progress at a time, 1 to 10000; others wait 3 s, then are told to try again (64 for each processor)",
            (o, v) => o with { StartsAtOnce = SettingValues.Count(v, 1, 10_000) }),
        Single("audit-days", "N", "days that entries of the audit log are kept, 0 for ever (365)",
            (o, v) => o with { AuditDays = SettingValues.Count(v, 0, 36_500) }),
        Single("session-days", "N", "days that ended sessions are listed in the history, 0 for ever (30)",
            (o, v) => o with { SessionDays = SettingValues.Count(v, 0, 36_500) }),
        Single("event-days", "N", "days that events and dead letters are kept, 1 to 3650 (30)",
            (o, v) => o with { EventDays = SettingValues.Count(v, 1, 3650) }),
        new("event-command", "NAME=PROGRAM", "command that rules may run, repeatable: a name, then a program with its whole path and its arguments; the event comes on its standard input",
            (o, v) => o with { EventCommands = SettingValues.Commands(v) }) { Repeatable = true },
        new("webhook-allow", "CIDR", "network that webhooks may reach although it is loopback or link-local, and over http, repeatable",
            (o, v) => o with { WebhookAllow = [.. v.Select(SettingValues.Network)] }) { Repeatable = true },
        Single("s3-endpoint", "URL", "S3-compatible store that recordings are delivered to (AWS's own in --region)",
            (o, v) => o with { S3Endpoint = SettingValues.Service(v) }),
        Single("s3-bucket", "BUCKET", "bucket that every recording is delivered to; documents may name another (none)",
            (o, v) => o with { S3Bucket = SettingValues.Bucket(v) }),
        Single("s3-prefix", "PREFIX", "beginning of the keys in --s3-bucket (none)",
            (o, v) => o with { S3Prefix = v.Trim('/') }),
        Single("aws-credentials", "FILE", "AWS credentials file, profile default, for S3 and --logs-endpoint (AWS's environment variables, or the machine's role)",
            (o, v) => o with { AwsCredentials = Path.GetFullPath(v) }),
        Single("logs-endpoint", "URL", "CloudWatch Logs service that session logs go to as well (only kept here)",
            (o, v) => o with { LogsEndpoint = SettingValues.Service(v) }),
        Single("attached-policies", "N", "managed policies that a user, group or role may have attached, 1 to 50 (10)",
            (o, v) => o with { AttachedPolicies = SettingValues.Count(v, 1, 50) }),
        Single("recording", "MODE", "sessions are recorded: off, ifPossible, required (end when they cannot be) or strict (typed input waits for the disk); documents may say otherwise (ifPossible)",
            (o, v) => o with { Recording = SettingValues.Recording(v) }),
        Single("recording-days", "N", "days that recordings are kept, 0 for ever (365)",
            (o, v) => o with { RecordingDays = SettingValues.Count(v, 0, 36_500) }),
        Single("log-level", "LEVEL", "trace, debug, information, warning or error (information)",
            (o, v) => o with { LogLevel = SettingValues.Level(v) }),
    ];

    public static Setting? Find(string name) => All.FirstOrDefault(setting => setting.Name == name);
}
