using Microsoft.AspNetCore.Http;

namespace Postern.Server.Peers;

/// <summary>Lets a request that another gateway handed on count as coming from where it came from: for policies, limits and the audit log.</summary>
internal sealed class PeerRequests(PeerProof proof)
{
    public Task HandleAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Headers.ContainsKey(PeerProof.Header) && proof.Read(http) is { } handed)
        {
            http.Connection.RemoteIpAddress = handed.Source;
            http.Features.Set(handed);
        }
        return next(http);
    }
}
