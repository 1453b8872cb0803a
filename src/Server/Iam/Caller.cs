using Postern.Server.Iam.Policies;

namespace Postern.Server.Iam;

/// <summary>Who called. NodeId is set for nodes; Arn is what sessions record as their owner.</summary>
internal sealed record Caller(Access Kind, string AccountId, string Arn, string UserId, string Name, string? NodeId = null)
{
    private static readonly IReadOnlyDictionary<string, string> NoTags = new Dictionary<string, string>();

    /// <summary>The user, or the role (of temporary keys, or of a node), whose policies decide. Null: nobody's, so nothing is allowed.</summary>
    public Principal? Principal { get; init; }

    /// <summary>The key that signed; a node's own key has none.</summary>
    public string? AccessKeyId { get; init; }

    /// <summary>The long-lived key that temporary ones were asked for with, over however many steps: they die with it.</summary>
    public string? ParentKeyId { get; init; }

    /// <summary>The long-lived key that what the caller begins depends on.</summary>
    public string? RootKeyId => ParentKeyId ?? AccessKeyId;

    /// <summary>Set when the key was temporary and given by STS.</summary>
    public CallerSession? Session { get; init; }

    /// <summary>The principal's tags, and over them those of its session.</summary>
    public IReadOnlyDictionary<string, string> Tags => Session is { Tags.Count: > 0 } session ? session.TagsOver(Principal?.Tags ?? NoTags) : Principal?.Tags ?? NoTags;

    /// <summary>Everything that decides what the caller may.</summary>
    public PolicySet Policies => new(Principal?.Policies ?? [], Principal?.Boundary, Session?.Policies);

    /// <summary>Whether an operation that asks for <paramref name="access"/> may be called by this caller.</summary>
    public bool Satisfies(Access access) => access switch
    {
        Access.Anonymous => true,
        Access.UserOrNode => Kind is Access.User or Access.Node,
        _ => Kind == access,
    };

    public static Caller Anonymous(string accountId) => new(Access.Anonymous, accountId, "anonymous", "anonymous", "anonymous");
}

/// <summary>What temporary keys carry besides their principal. No key here was given with MFA.</summary>
/// <param name="Name">RoleSessionName; null for GetSessionToken.</param>
/// <param name="Tags">Those given to AssumeRole, or taken over from the session that called it.</param>
/// <param name="TransitiveKeys">Of the tags, those that the next AssumeRole takes over.</param>
/// <param name="Policies">Session policies: with any of them, what none of them allows is denied. Null: none were given.</param>
internal sealed record CallerSession(
    DateTimeOffset Issued, DateTimeOffset Expires, string? Name, IReadOnlyDictionary<string, string> Tags, IReadOnlyList<string> TransitiveKeys,
    string? SourceIdentity, IReadOnlyList<NamedPolicy>? Policies)
{
    public IReadOnlyDictionary<string, string> TagsOver(IReadOnlyDictionary<string, string> tags)
    {
        var merged = new Dictionary<string, string>(tags, StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in Tags) merged[key] = value;
        return merged;
    }
}
