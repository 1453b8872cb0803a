using Microsoft.AspNetCore.Http;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Server.Hosting;

/// <summary>
/// Answers 503 while the gateway starts or drains. A node's agent takes any 4xx of these moments for a verdict and sleeps for half an hour;
/// a 503 it tries again.
/// </summary>
internal sealed class Readiness
{
    private volatile bool _ready;
    private volatile bool _begun;

    /// <summary>Whether the gateway has ever been ready: from then on failures are not those of the start.</summary>
    public bool HasBegun => _begun;

    public void Begin()
    {
        _begun = true;
        _ready = true;
    }

    public void End() => _ready = false;

    public Task HandleAsync(HttpContext http, RequestDelegate next)
    {
        if (_ready)
            return next(http);
        http.Response.Headers.RetryAfter = "1";
        http.Response.Headers.Connection = "close"; // so that the retry opens a new connection, perhaps to another gateway
        return ErrorResponse.WriteJsonAsync(http, new AwsErrorException("InternalServerError", "The gateway is starting or stopping; try again.", StatusCodes.Status503ServiceUnavailable));
    }
}
