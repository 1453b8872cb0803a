using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using Postern.Protocol;

namespace Postern.Client.Transport;

/// <summary>
/// Connections to a gateway: API calls and data channels, with one idea of what to trust. Proxies are taken from HTTPS_PROXY and
/// NO_PROXY. Where API calls have been made already, a data channel takes over the connection they came through.
/// </summary>
public sealed class GatewayTransport : IDisposable
{
    /// <summary>Longest wait for a connection or an answer.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    // Pings without a deadline of their own: a ping's answer waits behind data this end is not reading yet, so a deadline on it would cut a
    // session whose reader has merely stopped for a while. LiveStream gives up a connection on which nothing comes although it is read.
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(8), NoDeadline = TimeSpan.FromDays(1), Silence = TimeSpan.FromSeconds(25);

    private readonly X509ChainPolicy? _trust;
    private readonly Lazy<HttpClient> _http;

    /// <param name="roots">Certificates to trust instead of the system's; null for the system's.</param>
    public GatewayTransport(X509Certificate2Collection? roots = null)
    {
        _trust = roots is null ? null : TrustOnly(roots);
        _http = new(CreateClient);
    }

    /// <summary>Sends API calls.</summary>
    public HttpClient Http => _http.Value;

    /// <summary>Opens a WebSocket. Throws WebSocketException, HttpRequestException, SocketException or IOException when it cannot.</summary>
    public async Task<WebSocket> OpenWebSocketAsync(Uri url, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            return _http.IsValueCreated || HasProxy()
                ? await OpenThroughClientAsync(url, limit.Token)
                : await OpenDirectlyAsync(url, limit.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"No answer from {url.Authority} within {Limit.TotalSeconds} s.", e);
        }
    }

    public void Dispose()
    {
        if (_http.IsValueCreated)
            _http.Value.Dispose();
    }

    private static bool HasProxy()
    {
        foreach (var name in (ReadOnlySpan<string>)["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
            if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name)))
                return true;
        return false;
    }

    private async Task<WebSocket> OpenThroughClientAsync(Uri url, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        try
        {
            (socket.Options.KeepAliveInterval, socket.Options.KeepAliveTimeout) = (PingInterval, NoDeadline);
            await socket.ConnectAsync(url, Http, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<WebSocket> OpenDirectlyAsync(Uri url, CancellationToken cancellationToken)
    {
        Stream stream = await ConnectAsync(new DnsEndPoint(url.IdnHost.Trim('[', ']'), url.Port), cancellationToken);
        try
        {
            if (url.Scheme == Uri.UriSchemeWss)
            {
                var secure = new SslStream(stream);
                stream = secure;
                await secure.AuthenticateAsClientAsync(Tls(url), cancellationToken);
            }
            return await DirectWebSocket.UpgradeAsync(stream, url, PingInterval, NoDeadline, cancellationToken);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private SslClientAuthenticationOptions Tls(Uri url) => new() { TargetHost = url.IdnHost.Trim('[', ']'), CertificateChainPolicy = _trust?.Clone() };

    private HttpClient CreateClient()
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = Limit,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            ConnectCallback = async (context, token) => await ConnectAsync(context.DnsEndPoint, token),
        };
        if (_trust is not null)
            handler.SslOptions.CertificateChainPolicy = _trust;
        return new HttpClient(handler, disposeHandler: true) { Timeout = Limit };
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

    private static async Task<Stream> ConnectAsync(DnsEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // A network that went away without a word is noticed in about 40 s, also while nothing is being read.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 20);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 4);
            if (IPAddress.TryParse(address.Host, out var numeric))
                await socket.ConnectAsync(numeric, address.Port, cancellationToken);
            else
                await socket.ConnectAsync(address, cancellationToken);
            return new LiveStream(new NetworkStream(socket, ownsSocket: true), Silence, TimeProvider.System);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
