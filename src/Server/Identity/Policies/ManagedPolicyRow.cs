using Postern.Server.Iam;
using Postern.Server.Iam.Policies.Managed;

namespace Postern.Server.Identity.Policies;

/// <summary>A managed policy: of the account, or part of the program.</summary>
internal sealed class ManagedPolicyRow
{
    private const string Columns = "policy_id, arn, name, path, description, default_version, last_version, created_at, updated_at";
    public const string Select = $"SELECT {Columns} FROM managed_policies";

    /// <summary>The day those that are part of the program began; nobody changes them.</summary>
    private static readonly long OwnedSince = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    public string PolicyId { get; set; } = "";
    public string Arn { get; set; } = "";
    public string Name { get; set; } = "";
    public string Path { get; set; } = "/";
    public string? Description { get; set; }
    public long DefaultVersion { get; set; }
    /// <summary>The highest number given so far; numbers are not used again.</summary>
    public long LastVersion { get; set; }
    /// <summary>Milliseconds since 1970.</summary>
    public long CreatedAt { get; set; }
    public long UpdatedAt { get; set; }

    public bool IsOwnedByAws => Arn.StartsWith(PrincipalArns.OwnedByAws, StringComparison.Ordinal);

    public static IEnumerable<ManagedPolicyRow> OwnedByAws => ManagedPolicies.All.Select(Of);

    /// <summary>Null when the ARN names none that is part of the program.</summary>
    public static ManagedPolicyRow? Owned(string arn) => ManagedPolicies.Find(arn) is { } policy ? Of(policy) : null;

    private static ManagedPolicyRow Of(ManagedPolicy policy) => new()
    {
        PolicyId = KeyIds.PolicyId(policy.Name),
        Arn = policy.Arn,
        Name = policy.Name,
        Description = policy.Description,
        DefaultVersion = 1,
        LastVersion = 1,
        CreatedAt = OwnedSince,
        UpdatedAt = OwnedSince,
    };
}

/// <summary>One version of a managed policy.</summary>
internal sealed class PolicyVersionRow
{
    public string PolicyId { get; set; } = "";
    public long Version { get; set; }
    public string Document { get; set; } = "";
    public long CreatedAt { get; set; }

    public string VersionId => "v" + Version.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>How often a policy is used.</summary>
internal sealed class PolicyUseRow
{
    public string PolicyArn { get; set; } = "";
    public long Count { get; set; }
}
