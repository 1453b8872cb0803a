using Postern.Server.Iam;

namespace Postern.Server.Api;

/// <summary>One call: who, from where, and the public endpoint it came in on (scheme, host, port: the base of stream URLs).</summary>
internal sealed record CallContext(Caller Caller, Uri Endpoint, string SourceAddress, string RequestId);
