using Postern.Server.Iam;

namespace Postern.Server.Api;

/// <summary>One call: who, from where, and the public endpoint it came in on (scheme, host, port: the base of stream URLs).</summary>
internal sealed record CallContext(Caller Caller, Uri Endpoint, string SourceAddress, string RequestId)
{
    /// <summary>Names of the resources here.</summary>
    public required Arns Arns { get; init; }

    /// <summary>As the client wrote it, bounded; may be empty.</summary>
    public string UserAgent { get; init; } = "";
}
