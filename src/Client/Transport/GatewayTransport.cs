using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Postern.Protocol.AwsJson;

namespace Postern.Client.Transport;

/// <summary>
/// Connections to a gateway: API calls and data channels, with one idea of what to trust. A data channel takes over the connection that
/// an API call came through. With HTTPS_PROXY and its kin (and NO_PROXY) set, all goes through an HTTP client.
/// </summary>
public sealed class GatewayTransport : IDisposable
{
    /// <summary>Longest wait for a connection or an answer.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    // Pings without a deadline of their own: a ping's answer waits behind data this end is not reading yet, so a deadline on it would cut a
    // session whose reader has merely stopped for a while. LiveStream gives up a connection on which nothing comes although it is read.
    internal static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(8), NoDeadline = TimeSpan.FromDays(1), Silence = TimeSpan.FromSeconds(25);

    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(30);

    private readonly X509ChainPolicy? _trust;
    private readonly ProxiedTransport? _proxied;
    private readonly CancellationTokenSource _disposed = new();
    private readonly Lock _connecting = new();
    private DirectConnection? _idle;

    /// <param name="roots">Certificates to trust instead of the system's; null for the system's.</param>
    public GatewayTransport(X509Certificate2Collection? roots = null)
    {
        _trust = roots is null ? null : TrustOnly(roots);
        _proxied = HasProxy() ? new ProxiedTransport(_trust) : null;
    }

    /// <summary>Begins to connect, so that the first call finds a connection. What goes wrong is told by that call.</summary>
    public void Prepare(Uri endpoint)
    {
        if (_proxied is null)
            ThreadPool.UnsafeQueueUserWorkItem(static call => call.Transport.ConnectEarly(call.Endpoint), (Transport: this, Endpoint: endpoint), preferLocal: false);
    }

    /// <summary>An <see cref="AwsJsonSend"/>. Throws HttpRequestException or IOException when there is no answer.</summary>
    public Task<AwsAnswer> SendAsync(Uri endpoint, IReadOnlyList<KeyValuePair<string, string>> headers, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
        => _proxied is not null ? _proxied.SendAsync(endpoint, headers, body, cancellationToken)
            : OnThreadAsync(endpoint, token => Exchange(endpoint, connection => Post(connection, endpoint, headers, body), token), cancellationToken);

    /// <summary>Opens a WebSocket. Throws WebSocketException, HttpRequestException, AuthenticationException, SocketException or IOException when it cannot.</summary>
    public Task<WebSocket> OpenWebSocketAsync(Uri url, CancellationToken cancellationToken)
        => _proxied is not null ? _proxied.OpenWebSocketAsync(url, cancellationToken)
            : OnThreadAsync(url, token => Exchange(url, connection => DirectWebSocket.Upgrade(connection, url, PingInterval, NoDeadline), token), cancellationToken);

    public void Dispose()
    {
        _disposed.Cancel();
        Interlocked.Exchange(ref _idle, null)?.Dispose();
        _proxied?.Dispose();
    }

    private static bool HasProxy()
    {
        foreach (var name in (ReadOnlySpan<string>)["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "http_proxy"])
            if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name)))
                return true;
        return false;
    }

    /// <summary>No async method: what they come to for each kind of result is compiled at start.</summary>
    private static Task<T> OnThreadAsync<T>(Uri url, Func<CancellationToken, T> work, CancellationToken cancellationToken)
        // A name that is being looked up cannot be interrupted; nobody has to wait for it.
        => Task.Run(() => WithinLimit(url, work, cancellationToken), cancellationToken).WaitAsync(cancellationToken);

    private static T WithinLimit<T>(Uri url, Func<CancellationToken, T> work, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            return work(limit.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"No answer from {url.Authority} within {Limit.TotalSeconds} s.", e);
        }
    }

    private T Exchange<T>(Uri url, Func<DirectConnection, T> exchange, CancellationToken cancellationToken)
    {
        if (TakeIdle(url) is { } idle)
        {
            try
            {
                return idle.Exchange(exchange, cancellationToken);
            }
            catch (IOException) when (!idle.Answering)
            {
                // The gateway had closed it meanwhile.
            }
        }
        return Open(url, cancellationToken).Exchange(exchange, cancellationToken);
    }

    private AwsAnswer Post(DirectConnection connection, Uri endpoint, IReadOnlyList<KeyValuePair<string, string>> headers, ReadOnlyMemory<byte> body)
    {
        var answer = DirectHttp.Post(connection, endpoint, headers, body, out var reusable);
        if (reusable)
            Keep(connection);
        else
            connection.Dispose();
        return answer;
    }

    private DirectConnection Open(Uri url, CancellationToken cancellationToken)
    {
        try
        {
            return DirectConnection.Open(url, _trust, cancellationToken);
        }
        catch (Exception e) when (e is SocketException or AuthenticationException)
        {
            throw new HttpRequestException(e is SocketException ? HttpRequestError.ConnectionError : HttpRequestError.SecureConnectionError,
                $"{e.Message} ({url.Authority})", e);
        }
    }

    private void ConnectEarly(Uri endpoint)
    {
        try
        {
            lock (_connecting)
                Keep(Open(endpoint, _disposed.Token));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The call it was meant for tries again, and tells.
        }
    }

    private DirectConnection? TakeIdle(Uri url)
    {
        DirectConnection? idle;
        lock (_connecting)
            idle = Interlocked.Exchange(ref _idle, null);
        if (idle is null || idle.CanServe(url, LongestIdle))
            return idle;
        idle.Dispose();
        return null;
    }

    private void Keep(DirectConnection connection)
    {
        connection.BecomeIdle();
        Interlocked.Exchange(ref _idle, connection)?.Dispose();
        if (_disposed.IsCancellationRequested)
            Interlocked.Exchange(ref _idle, null)?.Dispose();
    }

    private static X509ChainPolicy TrustOnly(X509Certificate2Collection roots)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(roots);
        return policy;
    }
}
