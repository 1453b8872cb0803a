using Microsoft.AspNetCore.Http;
using Postern.Server.Iam;

namespace Postern.Server.Api;

/// <summary>What is known of a call so far, for its entry in the audit log. Filled in as the call goes its way.</summary>
internal sealed class CallRecord(Operation operation, HttpContext http, string requestId)
{
    public Operation Operation => operation;
    public string RequestId => requestId;
    public RequestSource Source { get; } = RequestSource.Of(http);

    /// <summary>The key that the request says it was signed with, for one that was not.</summary>
    public string? ClaimedKeyId => RequestSource.ClaimedKeyId(http);

    /// <summary>Null until the signature was accepted.</summary>
    public Caller? Caller { get; set; }
    /// <summary>Null until the request was read.</summary>
    public OperationCall? Call { get; set; }
    public IReadOnlyList<Touched> Touched { get; set; } = [];
    public Verdict? Verdict { get; set; }
}
