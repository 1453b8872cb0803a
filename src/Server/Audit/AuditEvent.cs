using Postern.Server.Iam;

namespace Postern.Server.Audit;

/// <summary>What happened, before it is written: one call, or one thing that happened to a session.</summary>
internal sealed record AuditEvent
{
    /// <summary>An event of the gateway itself, not a call.</summary>
    public const string ServiceEvent = "AwsServiceEvent";

    /// <summary>Such as ssm: the service whose operation was called.</summary>
    public required string Service { get; init; }
    /// <summary>Such as StartSession.</summary>
    public required string Name { get; init; }
    public string Type { get; init; } = "AwsApiCall";
    public required AuditPrincipal Principal { get; init; }
    public string SourceAddress { get; init; } = "";
    public string UserAgent { get; init; } = "";
    public string RequestId { get; init; } = "";
    public bool ReadOnly { get; init; }
    /// <summary>ARNs.</summary>
    public IReadOnlyList<string> Resources { get; init; } = [];
    /// <summary>Null: it succeeded.</summary>
    public string? ErrorCode { get; init; }
    public string? ErrorMessage { get; init; }
    /// <summary>JSON objects without secrets; null: none.</summary>
    public string? RequestParameters { get; init; }
    /// <summary>A JSON array: what the call touched, with the condition keys that this added.</summary>
    public string? Touched { get; init; }
    public string? ResponseElements { get; init; }
    /// <summary>What CloudTrail has no member for: the action, the deciding policy and statement, byte counts.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Details { get; init; } = [];
}

/// <summary>Who, as CloudTrail's userIdentity tells it.</summary>
/// <param name="Type">IAMUser, AssumedRole, ManagedNode, Unknown or AWSService (the gateway itself).</param>
/// <param name="UserName">The user, the role's session, or the node.</param>
internal sealed record AuditPrincipal(string Type, string PrincipalId, string Arn, string AccountId, string UserName, string? AccessKeyId = null)
{
    /// <summary>The role whose session called; null for others, and where it is not known.</summary>
    public RolePrincipal? Issuer { get; init; }
    /// <summary>When temporary keys were given.</summary>
    public DateTimeOffset? Issued { get; init; }

    private const string AssumedRole = ":assumed-role/";

    public static AuditPrincipal Of(Caller caller, string? accessKeyId) => new(
        caller.Kind switch
        {
            Access.NodeKey => "ManagedNode",
            Access.Anonymous => "Unknown",
            _ => caller.Arn.Contains(AssumedRole, StringComparison.Ordinal) ? "AssumedRole" : "IAMUser",
        }, caller.UserId, caller.Arn, caller.AccountId, caller.Name, accessKeyId)
    {
        Issuer = caller.Kind == Access.NodeKey ? null : caller.Principal as RolePrincipal,
        Issued = caller.Session?.Issued,
    };

    /// <summary>A caller whose signature was not accepted, or did not come.</summary>
    public static AuditPrincipal Unknown(string account, string? claimedKeyId) => new("Unknown", "", "", account, "", claimedKeyId);

    public static AuditPrincipal Gateway(string account) => new("AWSService", "postern-server", "", account, "postern-server");

    /// <summary>The owner of a session, from what the session remembers.</summary>
    public static AuditPrincipal Owner(string arn, string userId, string account, string? accessKeyId) => new(
        arn.Contains(AssumedRole, StringComparison.Ordinal) ? "AssumedRole" : "IAMUser", userId, arn, account, arn[(arn.LastIndexOf('/') + 1)..], accessKeyId);
}
