using Postern.Protocol.SigV4;

namespace Postern.Protocol.AwsJson;

/// <summary>
/// Calls AWS JSON 1.1 operations. The caller owns the HTTP client (trust, proxy, time-outs). Retries 5xx, throttling and connection failures
/// up to three times with a jittered back-off; every other error is thrown as <see cref="AwsErrorException"/> with the code of the body's __type.
/// </summary>
public sealed class AwsJsonClient
{
    // CONTRACT STUB
    /// <param name="http">Sends the requests.</param>
    /// <param name="endpoint">Scheme, host and port; the path is always "/".</param>
    /// <param name="region">Signing region.</param>
    /// <param name="credentials">Asked before every call; null means unsigned (RegisterManagedInstance).</param>
    /// <param name="time">Clock of signatures and back-off.</param>
    public AwsJsonClient(HttpClient http, Uri endpoint, string region, Func<AwsCredentials?> credentials, TimeProvider time) => throw new NotImplementedException();

    public Task<TResponse> CallAsync<TRequest, TResponse>(AwsOperation<TRequest, TResponse> operation, TRequest request, CancellationToken cancellationToken) => throw new NotImplementedException();
}
