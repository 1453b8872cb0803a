namespace Postern.Server.Iam;

/// <summary>Who called. NodeId is set for nodes; Arn is what sessions record as their owner.</summary>
internal sealed record Caller(Access Kind, string AccountId, string Arn, string UserId, string Name, string? NodeId = null)
{
    /// <summary>Whether an operation that asks for <paramref name="access"/> may be called by this caller.</summary>
    public bool Satisfies(Access access) => access switch
    {
        Access.Anonymous => true,
        Access.UserOrNode => Kind is Access.User or Access.Node,
        _ => Kind == access,
    };

    public static Caller Anonymous(string accountId) => new(Access.Anonymous, accountId, "anonymous", "anonymous", "anonymous");
}
