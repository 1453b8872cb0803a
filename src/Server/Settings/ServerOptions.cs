using System.Net;
using Microsoft.Extensions.Logging;

namespace Postern.Server.Settings;

/// <summary>What an operator can set. Read once at start; every member is an option, a setting in a file and an environment variable (see SettingTable).</summary>
internal sealed record ServerOptions
{
    /// <summary>Folder of keys, certificates and the SQLite database. Made with mode 0700 when missing.</summary>
    public string Data { get; init; } = "/var/lib/postern-server";
    /// <summary>Under which this gateway enters the sessions, recordings and nodes it has; stays the same over restarts, and is another for each that shares a database.</summary>
    public string Name { get; init; } = Environment.MachineName;
    /// <summary>Addresses to listen on; port 0 takes a free one.</summary>
    public IReadOnlyList<IPEndPoint> Listen { get; init; } = [new(IPAddress.Loopback, 8443)];
    /// <summary>PEM file with a server certificate and its chain; null: one of our own CA.</summary>
    public string? Certificate { get; init; }
    /// <summary>PEM file with the private key of <see cref="Certificate"/>.</summary>
    public string? Key { get; init; }
    /// <summary>File with the master key; null: see Iam.MasterKeySource.</summary>
    public string? MasterKeyFile { get; init; }
    public string Region { get; init; } = "us-east-1";
    /// <summary>Twelve digits.</summary>
    public string Account { get; init; } = "000000000000";
    /// <summary>See Storage.Database.Create; null: postern.db in <see cref="Data"/>.</summary>
    public string? Database { get; init; }
    /// <summary>The URL people and nodes reach the gateway by, when it is not the address it listens on; null: the Host of each request.</summary>
    public Uri? Endpoint { get; init; }
    /// <summary>Data channels that one address may have upgraded without having shown a token yet.</summary>
    public int OpeningPerAddress { get; init; } = 100;
    /// <summary>Session starts in progress at once, of all people together; further ones wait and are then refused.</summary>
    public int StartsAtOnce { get; init; } = 64 * Environment.ProcessorCount;
    /// <summary>Entries of the audit log older than this many days are removed; 0: never.</summary>
    public int AuditDays { get; init; } = 365;
    /// <summary>Ended sessions are listed in the history for this many days; 0: for ever.</summary>
    public int SessionDays { get; init; } = 30;
    /// <summary>Events older than this many days are removed, and dead letters, too.</summary>
    public int EventDays { get; init; } = 30;
    /// <summary>Commands that rules may have as targets, by name: a program with its path, and its arguments.</summary>
    public IReadOnlyDictionary<string, string[]> EventCommands { get; init; } = new Dictionary<string, string[]>();
    /// <summary>Networks that webhooks may reach although they are loopback or link-local, and without TLS.</summary>
    public IReadOnlyList<IPNetwork> WebhookAllow { get; init; } = [];
    /// <summary>An S3-compatible store; null: AWS's own of <see cref="Region"/>.</summary>
    public Uri? S3Endpoint { get; init; }
    /// <summary>Bucket that every recording goes to, unless its session's document names another; null: none.</summary>
    public string? S3Bucket { get; init; }
    /// <summary>Beginning of the keys in <see cref="S3Bucket"/>, without slashes at its ends.</summary>
    public string S3Prefix { get; init; } = "";
    /// <summary>File with AWS credentials (profile default) for S3 and <see cref="LogsEndpoint"/>; null: AWS's environment variables, or the role of the machine.</summary>
    public string? AwsCredentials { get; init; }
    /// <summary>A CloudWatch Logs service that session logs go to as well; null: they are kept here only.</summary>
    public Uri? LogsEndpoint { get; init; }
    public bool DeliversToS3 => S3Endpoint is not null || S3Bucket is not null || AwsCredentials is not null;
    /// <summary>Managed policies that one user, group or role may have attached.</summary>
    public int AttachedPolicies { get; init; } = 10;
    /// <summary>Whether sessions are recorded whose document and preferences do not say.</summary>
    public RecordingMode Recording { get; init; } = RecordingMode.IfPossible;
    /// <summary>Recordings that ended this many days ago are removed, unless they are on hold; 0: never.</summary>
    public int RecordingDays { get; init; } = 365;
    public LogLevel LogLevel { get; init; } = LogLevel.Information;
}
