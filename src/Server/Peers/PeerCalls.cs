using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Postern.Protocol.AwsJson;
using Postern.Server.Settings;
using Postern.Server.Storage;

namespace Postern.Server.Peers;

/// <summary>
/// Hands a person's request, as it came, to the gateway that has what it is about, and brings the answer. Connections are accepted from the gateway that holds the
/// certificate which stands in the database, and from nobody else.
/// </summary>
internal sealed class PeerCalls(PeerStore store, PeerProof proof, Database database, ServerOptions options, TimeProvider time, ILogger<PeerCalls> log) : IDisposable
{
    /// <summary>An answer may be a piece of a recording (a megabyte, in base64).</summary>
    private const int MaxAnswer = 8 * 1024 * 1024, MaxClients = 64;
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(3), AnswerTime = TimeSpan.FromSeconds(60), IdleTime = TimeSpan.FromSeconds(60);
    private static readonly HashSet<string> NotHanded = new(StringComparer.OrdinalIgnoreCase)
        { "Host", "Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length", "Expect", "Upgrade", "TE", "Trailer", PeerProof.Header };

    private readonly ConcurrentDictionary<(string Url, string Certificate), HttpClient> _clients = [];

    /// <summary>Whether a request may be handed on: there can be others, and none handed it to this one.</summary>
    public bool MayHand(HttpContext http) => database.IsShared && http.Features.Get<HandedRequest>() is null;

    /// <summary>The answer of another gateway; null: it cannot be reached, and has not been asked.</summary>
    /// <exception cref="AwsErrorException">ServiceUnavailable: it was asked and did not answer.</exception>
    public async Task<PeerAnswer?> AskAsync(string name, HttpContext http, ReadOnlyMemory<byte> body, bool part, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(name, cancellationToken) is not { } peer)
            return null;
        if (!PeerUpkeep.IsLive(peer, time))
        {
            log.NotReached(name, peer.Url, "it has not been heard of for a while");
            return null;
        }
        return await AskAsync(peer, http, body, part, cancellationToken);
    }

    /// <summary>Asks all others. Null in place of an answer: that one did not give any.</summary>
    public async Task<IReadOnlyList<(string Name, PeerAnswer? Answer)>> AskOthersAsync(HttpContext http, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var others = await store.ListOthersAsync(options.Name, cancellationToken);
        return await Task.WhenAll(others.Select(async peer =>
        {
            try
            {
                return (peer.Name, PeerUpkeep.IsLive(peer, time) ? await AskAsync(peer, http, body, part: true, cancellationToken) : null);
            }
            catch (AwsErrorException)
            {
                return (peer.Name, (PeerAnswer?)null);
            }
        }));
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values)
            client.Dispose();
    }

    private async Task<PeerAnswer?> AskAsync(PeerRow peer, HttpContext http, ReadOnlyMemory<byte> body, bool part, CancellationToken cancellationToken)
    {
        using var request = Copy(http, body, peer.Url);
        request.Headers.TryAddWithoutValidation(PeerProof.Header, proof.Write(http, part));
        try
        {
            using var response = await ClientOf(peer).SendAsync(request, cancellationToken);
            return new PeerAnswer((int)response.StatusCode, response.Content.Headers.ContentType?.ToString() ?? "", First(response.Headers, "x-amzn-ErrorType"), First(response.Headers, "x-amzn-RequestId"),
                await response.Content.ReadAsByteArrayAsync(cancellationToken));
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError)
        {
            log.NotReached(peer.Name, peer.Url, e.Message);
            return null;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            log.NotAnswered(peer.Name, peer.Url, e.Message);
            throw new AwsErrorException("ServiceUnavailable", $"The gateway {peer.Name}, which has what was asked for, gave no answer. Try again.", StatusCodes.Status503ServiceUnavailable);
        }
    }

    // Line and headers as they came, the host too: the person's signature is over them.
    private static HttpRequestMessage Copy(HttpContext http, ReadOnlyMemory<byte> body, string url)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), url.TrimEnd('/') + target) { Content = new ReadOnlyMemoryContent(body) };
        request.Headers.Host = http.Request.Host.Value;
        foreach (var (name, values) in http.Request.Headers)
        {
            if (NotHanded.Contains(name))
                continue;
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                request.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
        return request;
    }

    private HttpClient ClientOf(PeerRow peer)
    {
        if (_clients.Count > MaxClients)
            foreach (var key in _clients.Keys.Where(key => key != (peer.Url, peer.Certificate)))
                if (_clients.TryRemove(key, out var old))
                    old.Dispose();
        return _clients.GetOrAdd((peer.Url, peer.Certificate), static key =>
        {
            var handler = new SocketsHttpHandler { ConnectTimeout = ConnectTime, PooledConnectionIdleTimeout = IdleTime, UseProxy = false, UseCookies = false, AllowAutoRedirect = false };
            handler.SslOptions.TargetHost = new Uri(key.Url).DnsSafeHost;
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate is not null && string.Equals(certificate.GetCertHashString(HashAlgorithmName.SHA256), key.Certificate, StringComparison.OrdinalIgnoreCase);
            return new HttpClient(handler) { Timeout = AnswerTime, MaxResponseContentBufferSize = MaxAnswer };
        });
    }

    private static string? First(HttpResponseHeaders headers, string name) => headers.TryGetValues(name, out var values) ? values.First() : null;
}

/// <summary>What another gateway answered, to be passed on as it is.</summary>
internal sealed record PeerAnswer(int Status, string ContentType, string? ErrorType, string? RequestId, byte[] Body)
{
    public bool IsSuccess => Status == StatusCodes.Status200OK;
}
