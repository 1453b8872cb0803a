using System.Globalization;
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
    /// <summary>Bytes. The longest true answer is a page of documents; a peer that sends more is not an AWS JSON service.</summary>
    public const int MaxAnswer = 4 * 1024 * 1024;
    internal const string HostHeader = "Host", ContentTypeHeader = "Content-Type";
    private const string ContentType = "application/x-amz-json-1.1";

    private readonly AwsJsonSend _send;
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
        : this(SendBy(http), endpoint, region, credentials, time)
    {
    }

    /// <param name="send">Sends the requests.</param>
    /// <param name="endpoint">Scheme, host and port; the path is always "/".</param>
    /// <param name="region">Signing region.</param>
    /// <param name="credentials">Asked before every attempt; null means unsigned.</param>
    /// <param name="time">Clock of signatures and back-off.</param>
    public AwsJsonClient(AwsJsonSend send, Uri endpoint, string region, Func<AwsCredentials?> credentials, TimeProvider time)
        : this(send, endpoint, time, (request, service) =>
            credentials() is { } keys ? SigV4Signer.Sign(request, keys, region, service, time.GetUtcNow()) : [])
    {
    }

    private AwsJsonClient(AwsJsonSend send, Uri endpoint, TimeProvider time, Func<SignableRequest, string, IReadOnlyList<KeyValuePair<string, string>>> sign)
    {
        if (!endpoint.IsAbsoluteUri || (endpoint.Scheme != Uri.UriSchemeHttps && endpoint.Scheme != Uri.UriSchemeHttp))
            throw new ArgumentException($"'{endpoint}' is not an endpoint; write it as https://host:port.", nameof(endpoint));
        _send = send;
        _endpoint = new Uri(endpoint.GetLeftPart(UriPartial.Authority) + "/");
        // Signed, so it must be what goes on the wire: with the port when that is not the scheme's own.
        var host = endpoint.HostNameType == UriHostNameType.Dns ? endpoint.IdnHost : endpoint.Host;
        _host = endpoint.IsDefaultPort ? host : $"{host}:{endpoint.Port}";
        _time = time;
        _sign = sign;
    }

    /// <summary>A client whose requests are signed with a registered node's RSA key (RequestManagedInstanceRoleToken and what renews the key).</summary>
    public static AwsJsonClient ForNodeKey(HttpClient http, Uri endpoint, string region, string nodeId, RSA key, TimeProvider time) =>
        new(SendBy(http), endpoint, time, (request, service) => SigV4Signer.SignRsa(request, nodeId, key, region, service, time.GetUtcNow()));

    /// <summary>What sends requests by an HTTP client, which the caller owns.</summary>
    public static AwsJsonSend SendBy(HttpClient http) => new HttpClientCalls(http).SendAsync;

    /// <exception cref="AwsErrorException">The service answered with an error.</exception>
    /// <exception cref="HttpRequestException">The endpoint could not be reached, or answered something that is not AWS JSON. The message names it.</exception>
    public async Task<TResponse> CallAsync<TRequest, TResponse>(AwsOperation<TRequest, TResponse> operation, TRequest request, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(request, operation.Request);
        var answer = await CallAsync(operation.Service, operation.Target, body, retriesThrottled: true, cancellationToken).ConfigureAwait(false);
        return AnswerBody.Parse(answer, operation, _endpoint);
    }

    /// <summary>
    /// As <see cref="CallAsync"/>, without a serializer: to make one ready takes longer than the call. While the service is busy with other starts it is
    /// called again for <see cref="RetryPolicy.StartPatience"/>.
    /// </summary>
    /// <param name="request">What to start.</param>
    /// <param name="throttled">Told once, when the service asked for patience; null: nobody.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<StartSessionResponse> StartSessionAsync(StartSessionRequest request, Action? throttled, CancellationToken cancellationToken)
    {
        var body = StartSessionJson.Write(request);
        var began = _time.GetTimestamp();
        ReadOnlyMemory<byte> answer;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                answer = await CallAsync(SsmOperations.Service, StartSessionJson.Target, body, retriesThrottled: false, cancellationToken).ConfigureAwait(false);
                break;
            }
            catch (AwsErrorException busy) when (RetryPolicy.IsThrottled(busy) && _time.GetElapsedTime(began) < RetryPolicy.StartPatience)
            {
                if (attempt == 0)
                    throttled?.Invoke();
            }
            await Task.Delay(RetryPolicy.Jitter(RetryPolicy.ThrottledBackOff, attempt), _time, cancellationToken).ConfigureAwait(false);
        }
        try
        {
            return StartSessionJson.Read(answer.Span);
        }
        catch (JsonException error)
        {
            throw AnswerBody.Unusable(StartSessionJson.Operation, _endpoint, error);
        }
    }

    private async Task<ReadOnlyMemory<byte>> CallAsync(string service, string target, ReadOnlyMemory<byte> body, bool retriesThrottled, CancellationToken cancellationToken)
    {
        var call = Guid.NewGuid().ToString();
        var bodyHash = Convert.ToHexStringLower(SHA256.HashData(body.Span));
        for (var attempt = 0; ; attempt++)
        {
            var backOff = RetryPolicy.BackOff;
            try
            {
                var answer = await _send(_endpoint, Headers(service, target, bodyHash, call, attempt + 1), body, cancellationToken).ConfigureAwait(false);
                if (answer.Status is >= 200 and < 300) return answer.Body;
                var error = AwsErrorBody.Parse(answer, _endpoint);
                var throttled = RetryPolicy.IsThrottled(error);
                if (!RetryPolicy.IsTransient(error) || attempt == RetryPolicy.Retries || (throttled && !retriesThrottled)) throw error;
                if (throttled) backOff = RetryPolicy.ThrottledBackOff;
            }
            catch (Exception failure) when (RetryPolicy.IsConnectionFailure(failure, cancellationToken))
            {
                if (attempt == RetryPolicy.Retries || RetryPolicy.IsDistrust(failure)) throw Unreachable(target[(target.IndexOf('.') + 1)..], failure);
            }
            await Task.Delay(RetryPolicy.Jitter(backOff, attempt), _time, cancellationToken).ConfigureAwait(false);
        }
    }

    // Numbered as the SDKs do, and signed: otherwise two equal calls within a second would have one signature, as if one were a copy of the other.
    private List<KeyValuePair<string, string>> Headers(string service, string target, string bodyHash, string call, int attempt)
    {
        List<KeyValuePair<string, string>> headers =
        [
            new(HostHeader, _host), new(ContentTypeHeader, ContentType), new("X-Amz-Target", target),
            new("amz-sdk-invocation-id", call), new("amz-sdk-request", string.Create(CultureInfo.InvariantCulture, $"attempt={attempt}; max={RetryPolicy.Retries + 1}")),
        ];
        headers.AddRange(_sign(new SignableRequest { Method = "POST", Path = "/", Headers = headers, BodyHash = bodyHash }, service));
        return headers;
    }

    private HttpRequestException Unreachable(string operation, Exception failure)
    {
        var cause = failure is OperationCanceledException ? "no answer in time" : failure.GetBaseException().Message;
        var error = failure is HttpRequestException { HttpRequestError: var known } ? known : HttpRequestError.Unknown;
        return new HttpRequestException(error, $"{operation} could not reach {_endpoint}: {cause}", failure);
    }
}
