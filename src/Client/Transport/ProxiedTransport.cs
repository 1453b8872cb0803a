using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using Postern.Protocol;
using Postern.Protocol.AwsJson;
using Postern.Protocol.DataStream;

namespace Postern.Client.Transport;

/// <summary>The same through an HTTP client, which knows proxies.</summary>
internal sealed class ProxiedTransport : IDisposable
{
    private readonly HttpClient _http;
    private readonly AwsJsonSend _send;

    public ProxiedTransport(X509ChainPolicy? trust)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = GatewayTransport.Limit,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            ConnectCallback = async (context, token) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    DirectConnection.KeepAlive(socket);
                    await socket.ConnectAsync(context.DnsEndPoint, token);
                    return new LiveStream(new NetworkStream(socket, ownsSocket: true), GatewayTransport.Silence, TimeProvider.System);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        if (trust is not null)
            handler.SslOptions.CertificateChainPolicy = trust;
        _http = new HttpClient(handler, disposeHandler: true) { Timeout = GatewayTransport.Limit };
        _send = AwsJsonClient.SendBy(_http);
    }

    public Task<AwsAnswer> SendAsync(Uri endpoint, IReadOnlyList<KeyValuePair<string, string>> headers, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
        => _send(endpoint, headers, body, cancellationToken);

    public async Task<WebSocket> OpenWebSocketAsync(Uri url, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(GatewayTransport.Limit);
        var socket = new ClientWebSocket();
        try
        {
            (socket.Options.KeepAliveInterval, socket.Options.KeepAliveTimeout) = (GatewayTransport.PingInterval, GatewayTransport.NoDeadline);
            socket.Options.AddSubProtocol(DataStreamOptions.LargeMessages);
            await socket.ConnectAsync(url, _http, limit.Token);
            return socket;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new HttpRequestException($"No answer from {url.Authority} within {GatewayTransport.Limit.TotalSeconds} s.", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose() => _http.Dispose();
}
