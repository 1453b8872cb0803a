using Postern.Server.Iam;
using Postern.Server.Iam.Policies;

namespace Postern.Server.Api;

/// <summary>One call: who, from where, and the public endpoint it came in on (scheme, host, port: the base of stream URLs).</summary>
internal sealed record CallContext(Caller Caller, Uri Endpoint, string SourceAddress, string RequestId)
{
    /// <summary>Names of the resources here.</summary>
    public required Arns Arns { get; init; }

    /// <summary>What is known of the request whatever it touches, for decisions that an operation makes itself.</summary>
    public ConditionContext Keys { get; init; } = new();

    /// <summary>The other gateways of the database, for a call whose answer is made of theirs too; null: there are none, or one of them asks.</summary>
    public OtherGateways? Others { get; init; }

    /// <summary>What the function that names the touched has looked up and the handler must go by, so that what is done is what was allowed. Null: nothing.</summary>
    public object? Seen { get; set; }
}
