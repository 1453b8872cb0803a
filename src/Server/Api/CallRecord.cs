using Microsoft.AspNetCore.Http;
using Postern.Server.Iam;

namespace Postern.Server.Api;

/// <summary>What is known of a call so far, for its entry in the audit log. Filled in as the call goes its way.</summary>
internal sealed class CallRecord(Operation operation, HttpContext http, string requestId)
{
    private const string Credential = "Credential=";

    public Operation Operation => operation;
    public string RequestId => requestId;
    public RequestSource Source { get; } = RequestSource.Of(http);

    /// <summary>Null until the signature was accepted.</summary>
    public Caller? Caller { get; set; }
    /// <summary>Null until the request was read.</summary>
    public OperationCall? Call { get; set; }
    public IReadOnlyList<Touched> Touched { get; set; } = [];
    public Verdict? Verdict { get; set; }

    /// <summary>The key that the request says it was signed with, for one that was not.</summary>
    public string? ClaimedKeyId()
    {
        var header = http.Request.Headers.Authorization.ToString();
        var start = header.IndexOf(Credential, StringComparison.Ordinal);
        var claimed = start < 0 ? http.Request.Query["X-Amz-Credential"].ToString() : header[(start + Credential.Length)..];
        var end = claimed.IndexOf('/');
        return end > 0 ? ForeignText.Show(claimed[..end]) : null;
    }
}
