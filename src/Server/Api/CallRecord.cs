using Microsoft.AspNetCore.Http;
using Postern.Server.Iam;
using Postern.Server.Peers;

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

    /// <summary>What the gateway answered that the call was handed to: it has recorded the call. Null: it was answered here.</summary>
    public PeerAnswer? Handed { get; set; }

    /// <summary>Another gateway was asked, makes the answer of this one's and others' parts, and records the call.</summary>
    public bool IsPart { get; } = http.Features.Get<HandedRequest>() is { IsPart: true };
}
