using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Postern.Protocol.SigV4;

namespace Postern.Protocol.AwsJson;

/// <summary>
/// Calls AWS JSON 1.1 operations. The caller owns the HTTP client (trust, proxy, time-outs). Retries 5xx, throttling and connection failures
/// up to three times with a jittered back-off; every other error is thrown as <see cref="AwsErrorException"/> with the code of the body's __type.
/// </summary>
public sealed class AwsJsonClient
{
    private const string ContentType = "application/x-amz-json-1.1";

    private readonly HttpClient _http;
    private readonly Uri _endpoint;
    private readonly string _host;
    private readonly TimeProvider _time;
    private readonly Func<SignableRequest, string, IReadOnlyList<KeyValuePair<string, string>>> _sign;

    /// <param name="http">Sends the requests.</param>
    /// <param name="endpoint">Scheme, host and port; the path is always "/".</param>
    /// <param name="region">Signing region.</param>
    /// <param name="credentials">Asked before every attempt; null means unsigned (RegisterManagedInstance).</param>
    /// <param name="time">Clock of signatures and back-off.</param>
    public AwsJsonClient(HttpClient http, Uri endpoint, string region, Func<AwsCredentials?> credentials, TimeProvider time)
        : this(http, endpoint, time, (request, service) =>
            credentials() is { } keys ? SigV4Signer.Sign(request, keys, region, service, time.GetUtcNow()) : [])
    {
    }

    private AwsJsonClient(HttpClient http, Uri endpoint, TimeProvider time, Func<SignableRequest, string, IReadOnlyList<KeyValuePair<string, string>>> sign)
    {
        if (!endpoint.IsAbsoluteUri || (endpoint.Scheme != Uri.UriSchemeHttps && endpoint.Scheme != Uri.UriSchemeHttp))
            throw new ArgumentException($"'{endpoint}' is not an endpoint; write it as https://host:port.", nameof(endpoint));
        _http = http;
        _endpoint = new Uri(endpoint.GetLeftPart(UriPartial.Authority) + "/");
        // Signed, so it must be what goes on the wire: with the port when that is not the scheme's own.
        var host = endpoint.HostNameType == UriHostNameType.Dns ? endpoint.IdnHost : endpoint.Host;
        _host = endpoint.IsDefaultPort ? host : $"{host}:{endpoint.Port}";
        _time = time;
        _sign = sign;
    }

    /// <summary>A client whose requests are signed with a registered node's RSA key (RequestManagedInstanceRoleToken and what renews the key).</summary>
    public static AwsJsonClient ForNodeKey(HttpClient http, Uri endpoint, string region, string nodeId, RSA key, TimeProvider time) =>
        new(http, endpoint, time, (request, service) => SigV4Signer.SignRsa(request, nodeId, key, region, service, time.GetUtcNow()));

    /// <exception cref="AwsErrorException">The service answered with an error.</exception>
    /// <exception cref="HttpRequestException">The endpoint could not be reached, or answered something that is not AWS JSON. The message names it.</exception>
    public async Task<TResponse> CallAsync<TRequest, TResponse>(AwsOperation<TRequest, TResponse> operation, TRequest request, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(request, operation.Request);
        var bodyHash = Convert.ToHexStringLower(SHA256.HashData(body));
        for (var attempt = 0; ; attempt++)
        {
            var backOff = RetryPolicy.BackOff;
            try
            {
                using var message = Compose(operation.Service, operation.Target, body, bodyHash);
                using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
                var answer = await ResponseBody.ReadAsync(response, operation.Name, _endpoint, cancellationToken).ConfigureAwait(false);
                if (response.IsSuccessStatusCode) return ResponseBody.Parse(answer, operation, _endpoint);
                var error = AwsErrorBody.Parse(answer, response, _endpoint);
                if (!RetryPolicy.IsTransient(error) || attempt == RetryPolicy.Retries) throw error;
                if (RetryPolicy.IsThrottled(error)) backOff = RetryPolicy.ThrottledBackOff;
            }
            catch (Exception failure) when (RetryPolicy.IsConnectionFailure(failure, cancellationToken))
            {
                if (attempt == RetryPolicy.Retries || RetryPolicy.IsDistrust(failure)) throw Unreachable(operation.Name, failure);
            }
            await Task.Delay(RetryPolicy.Jitter(backOff, attempt), _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private HttpRequestMessage Compose(string service, string target, byte[] body, string bodyHash)
    {
        List<KeyValuePair<string, string>> headers = [new("Host", _host), new("Content-Type", ContentType), new("X-Amz-Target", target)];
        var signature = _sign(new SignableRequest { Method = "POST", Path = "/", Headers = headers, BodyHash = bodyHash }, service);
        var message = new HttpRequestMessage(HttpMethod.Post, _endpoint) { Content = new ByteArrayContent(body) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue(ContentType);
        message.Headers.Host = _host;
        message.Headers.TryAddWithoutValidation("X-Amz-Target", target);
        foreach (var (name, value) in signature) message.Headers.TryAddWithoutValidation(name, value);
        return message;
    }

    private HttpRequestException Unreachable(string operation, Exception failure)
    {
        var cause = failure is OperationCanceledException ? "no answer in time" : failure.GetBaseException().Message;
        var error = failure is HttpRequestException { HttpRequestError: var known } ? known : HttpRequestError.Unknown;
        return new HttpRequestException(error, $"{operation} could not reach {_endpoint}: {cause}", failure);
    }
}
