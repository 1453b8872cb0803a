using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Postern.Server.Api;
using Postern.Server.Settings;

namespace Postern.Server.Hosting;

/// <summary>The listener: TLS 1.2 and later, HTTP/1.1 only (upgrades need it), nothing a stranger can make grow without a limit.</summary>
internal static class KestrelSetup
{
    /// <summary>Connections the kernel keeps for us: every node comes back at once after a restart.</summary>
    private const int Backlog = 4096;
    /// <summary>Unread bytes per connection. Small, because a relay that pushes back leaves this full; larger than several TLS records.</summary>
    private const int ReadBuffer = 128 * 1024;
    /// <summary>Kestrel counts the framing of chunks, too; BoundedBody counts exactly.</summary>
    private const int MaxBodyOnTheWire = 2 * BoundedBody.MaxSize;
    private const int WriteBuffer = 64 * 1024;
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromMinutes(2);
    /// <summary>A body slower than this (bytes per second, after a grace) ends its connection.</summary>
    private static readonly MinDataRate SlowestBody = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));

    public static void Configure(KestrelServerOptions kestrel, ServerOptions options, ServerCertificate certificate, TimeProvider time)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = MaxBodyOnTheWire;
        kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 64;
        kestrel.Limits.MaxRequestLineSize = 8 * 1024;
        kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
        kestrel.Limits.KeepAliveTimeout = KeepAliveTimeout;
        kestrel.Limits.MinRequestBodyDataRate = SlowestBody;
        // As many as there may be open files: beyond it accepting would fail again and again, at the cost of a core. Those not upgraded yet have a
        // fifth, so that nodes which all come back at once, or strangers, leave the channels that are open their room.
        kestrel.Limits.MaxConcurrentConnections = OpenFiles.Connections / 5;
        kestrel.Limits.MaxConcurrentUpgradedConnections = OpenFiles.Connections - OpenFiles.Connections / 5;
        var tls = new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = HandshakeTimeout,
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = certificate.Current,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ApplicationProtocols = [SslApplicationProtocol.Http11],
                AllowRenegotiation = false,
            }),
        };
        var handshakes = new HandshakePlaces(time);
        foreach (var address in options.Listen)
            kestrel.Listen(address, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.Use(handshakes.Before);
                listen.UseHttps(tls);
                listen.Use(HandshakePlaces.After);
            });
    }

    public static void Configure(SocketTransportOptions sockets)
    {
        sockets.Backlog = Backlog;
        sockets.MaxReadBufferSize = ReadBuffer;
        sockets.MaxWriteBufferSize = WriteBuffer;
        // All on the thread of the pool that found data: each change of thread would cost as much as sending a message.
        sockets.UnsafePreferInlineScheduling = true;
        sockets.WaitForDataBeforeAllocatingBuffer = true; // an idle connection holds no buffer
    }

    /// <summary>Upgraded connections have rates of their own: a session whose reader has paused is no slow client.</summary>
    public static Task FreeUpgradesFromDataRates(HttpContext http, RequestDelegate next)
    {
        if (http.WebSockets.IsWebSocketRequest)
        {
            http.Features.GetRequiredFeature<IHttpMinRequestBodyDataRateFeature>().MinDataRate = null;
            http.Features.GetRequiredFeature<IHttpMinResponseDataRateFeature>().MinDataRate = null;
        }
        return next(http);
    }
}
