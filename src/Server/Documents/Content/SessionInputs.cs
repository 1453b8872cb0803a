using System.Text.Json;
using Postern.Server.Settings;

namespace Postern.Server.Documents.Content;

/// <summary>The inputs of a document: preferences of its sessions. What is absent is decided by the account's preferences.</summary>
internal sealed record SessionInputs
{
    /// <summary>0 means never; AWS has no such value.</summary>
    public const int LeastIdleMinutes = 0, MostIdleMinutes = 60, MostDurationMinutes = 1440;

    /// <summary>Not one of AWS's: whether sessions are recorded. Nodes never see it.</summary>
    private const string RecordingMember = "posternRecording";

    private static readonly string[] Members =
    [
        "s3BucketName", "s3KeyPrefix", "s3EncryptionEnabled", "cloudWatchLogGroupName", "cloudWatchEncryptionEnabled", "cloudWatchStreamingEnabled", "kmsKeyId",
        "runAsEnabled", "runAsDefaultUser", "idleSessionTimeout", "maxSessionDuration", "shellProfile", RecordingMember,
    ];

    private static readonly string[] ProfileMembers = ["windows", "linux", "macos"];

    public string? S3BucketName { get; init; }
    public string? S3KeyPrefix { get; init; }
    public bool? S3EncryptionEnabled { get; init; }
    public string? CloudWatchLogGroupName { get; init; }
    public bool? CloudWatchEncryptionEnabled { get; init; }
    public bool? CloudWatchStreamingEnabled { get; init; }
    public string? KmsKeyId { get; init; }
    public bool? RunAsEnabled { get; init; }
    public string? RunAsDefaultUser { get; init; }
    /// <summary>0: never.</summary>
    public int? IdleMinutes { get; init; }
    public int? DurationMinutes { get; init; }
    /// <summary>off, ifPossible, required or strict; null: it does not say.</summary>
    public string? Recording { get; init; }
    /// <summary>By platform.</summary>
    public IReadOnlyDictionary<string, string>? ShellProfile { get; init; }

    /// <exception cref="Protocol.AwsJson.AwsErrorException">InvalidDocumentContent.</exception>
    public static SessionInputs Parse(JsonElement inputs)
    {
        var members = new ContentMembers(inputs, "inputs", Members);
        return new SessionInputs
        {
            S3BucketName = members.FixedText("s3BucketName"),
            S3KeyPrefix = members.Text("s3KeyPrefix"),
            S3EncryptionEnabled = members.Flag("s3EncryptionEnabled"),
            CloudWatchLogGroupName = members.FixedText("cloudWatchLogGroupName"),
            CloudWatchEncryptionEnabled = members.Flag("cloudWatchEncryptionEnabled"),
            CloudWatchStreamingEnabled = members.Flag("cloudWatchStreamingEnabled"),
            KmsKeyId = members.FixedText("kmsKeyId"),
            RunAsEnabled = members.Flag("runAsEnabled"),
            RunAsDefaultUser = members.Text("runAsDefaultUser"),
            IdleMinutes = members.Minutes("idleSessionTimeout", LeastIdleMinutes, MostIdleMinutes),
            DurationMinutes = members.Minutes("maxSessionDuration", 1, MostDurationMinutes),
            Recording = RecordingOf(members),
            ShellProfile = members.Has("shellProfile") ? ParseProfile(members.Find("shellProfile")) : null,
        };
    }

    /// <summary>
    /// What holds for a session: this document's own word, and where it has none, the account's. Logging, and the user, are taken as a
    /// whole from one of them.
    /// </summary>
    public SessionInputs Over(SessionInputs account)
    {
        var (s3, logs, user) = (S3BucketName is null ? account : this, CloudWatchLogGroupName is null ? account : this, RunAsEnabled is null ? account : this);
        return this with
        {
            S3BucketName = s3.S3BucketName,
            S3KeyPrefix = s3.S3KeyPrefix,
            S3EncryptionEnabled = s3.S3EncryptionEnabled,
            CloudWatchLogGroupName = logs.CloudWatchLogGroupName,
            CloudWatchEncryptionEnabled = logs.CloudWatchEncryptionEnabled,
            CloudWatchStreamingEnabled = logs.CloudWatchStreamingEnabled,
            KmsKeyId = KmsKeyId ?? account.KmsKeyId,
            RunAsEnabled = user.RunAsEnabled,
            RunAsDefaultUser = user.RunAsDefaultUser,
            ShellProfile = ShellProfile ?? account.ShellProfile,
            IdleMinutes = IdleMinutes ?? account.IdleMinutes,
            DurationMinutes = DurationMinutes ?? account.DurationMinutes,
            Recording = Recording ?? account.Recording,
        };
    }

    /// <summary>Where sessions are to be logged, for people; null when they need not be.</summary>
    public string? Logging => S3BucketName is { Length: > 0 } ? "inputs.s3BucketName" : CloudWatchLogGroupName is { Length: > 0 } ? "inputs.cloudWatchLogGroupName" : null;

    /// <summary>What agents are told: the gateway writes the log, and a node need not reach the store.</summary>
    public SessionInputs WithoutLogging() => this with
    {
        S3BucketName = null,
        S3KeyPrefix = null,
        S3EncryptionEnabled = null,
        CloudWatchLogGroupName = null,
        CloudWatchEncryptionEnabled = null,
        CloudWatchStreamingEnabled = null,
    };

    /// <summary>As agents insist on: every member, flags as true and false. They do not look at the time limits, which the gateway keeps.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("s3BucketName", S3BucketName ?? "");
        json.WriteString("s3KeyPrefix", S3KeyPrefix ?? "");
        json.WriteBoolean("s3EncryptionEnabled", S3EncryptionEnabled ?? false);
        json.WriteString("cloudWatchLogGroupName", CloudWatchLogGroupName ?? "");
        json.WriteBoolean("cloudWatchEncryptionEnabled", CloudWatchEncryptionEnabled ?? false);
        json.WriteBoolean("cloudWatchStreamingEnabled", CloudWatchStreamingEnabled ?? false);
        json.WriteString("kmsKeyId", KmsKeyId ?? "");
        json.WriteBoolean("runAsEnabled", RunAsEnabled ?? false);
        json.WriteString("runAsDefaultUser", RunAsDefaultUser ?? "");
        json.WriteStartObject("shellProfile");
        foreach (var (platform, profile) in ShellProfile ?? new Dictionary<string, string>())
            json.WriteString(platform, profile);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string? RecordingOf(ContentMembers members) => members.FixedText(RecordingMember) switch
    {
        null or "" => null,
        var mode when RecordingModes.Names.Contains(mode) => mode,
        _ => throw members.Wrong(RecordingMember, $"must be one of {string.Join(", ", RecordingModes.Names)}, or an empty text"),
    };

    private static Dictionary<string, string> ParseProfile(JsonElement profile)
    {
        var members = new ContentMembers(profile, "inputs.shellProfile", ProfileMembers);
        return ProfileMembers.Where(name => members.Has(name)).ToDictionary(name => name, name => members.Text(name)!, StringComparer.Ordinal);
    }
}
