using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;

namespace Postern.Client.Transport;

/// <summary>
/// Connections to a gateway. API calls and data channels share one pool, so a data channel takes over the connection StartSession
/// came through instead of shaking hands again. Proxies are taken from HTTPS_PROXY and NO_PROXY.
/// </summary>
public sealed class GatewayTransport : IDisposable
{
    /// <summary>Longest wait for a connection or an answer.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    private readonly SocketsHttpHandler _handler;

    /// <param name="roots">Certificates to trust instead of the system's; null for the system's.</param>
    public GatewayTransport(X509Certificate2Collection? roots = null)
    {
        _handler = new SocketsHttpHandler
        {
            ConnectTimeout = Limit,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            ConnectCallback = ConnectAsync,
        };
        if (roots is not null)
            _handler.SslOptions.CertificateChainPolicy = TrustOnly(roots);
        Http = new HttpClient(_handler, disposeHandler: false) { Timeout = Limit };
    }

    /// <summary>Sends API calls.</summary>
    public HttpClient Http { get; }

    /// <summary>Opens a WebSocket. Throws WebSocketException or HttpRequestException when it cannot.</summary>
    public async Task<WebSocket> OpenWebSocketAsync(Uri url, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        try
        {
            // Unsolicited pongs only: a ping's answer waits behind data this end is not reading yet, so a deadline on it would
            // cut a session whose reader has merely stopped for a while. Dead connections are found by TCP (see ConnectAsync).
            socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(30);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Limit);
            await socket.ConnectAsync(url, Http, limit.Token);
            return socket;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new HttpRequestException($"No answer from {url.Authority} within {Limit.TotalSeconds} s.", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Http.Dispose();
        _handler.Dispose();
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

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // A network that went away without a word is noticed in about 40 s, also while nothing is being read.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 20);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 4);
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
