using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Postern.Protocol.AwsJson;
using Postern.Protocol.SigV4;

namespace Postern.Server.Iam;

/// <summary>An HTTP request as the signature rules see it: the request line and the headers exactly as they came.</summary>
internal static class ReceivedRequest
{
    public static SignableRequest From(HttpContext http, ReadOnlySpan<byte> body)
    {
        // RawTarget, because Path and QueryString are already decoded and normalised: what was signed is what was sent.
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!target.StartsWith('/'))
            throw new AwsErrorException("ValidationException", "The request line must name a path.");
        var question = target.IndexOf('?');
        return new SignableRequest
        {
            Method = http.Request.Method,
            Path = question < 0 ? target : target[..question],
            Query = question < 0 ? "" : target[(question + 1)..],
            Headers = Headers(http.Request.Headers),
            BodyHash = Convert.ToHexStringLower(SHA256.HashData(body)),
        };
    }

    private static List<KeyValuePair<string, string>> Headers(IHeaderDictionary received)
    {
        var headers = new List<KeyValuePair<string, string>>(received.Count);
        foreach (var (name, values) in received)
            foreach (var value in values)
                headers.Add(new(name, value ?? ""));
        return headers;
    }
}
