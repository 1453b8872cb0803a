using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Postern.Protocol.DataStream;

namespace Postern.Server.Gateway;

/// <summary>
/// Answers an upgrade request and puts the WebSocket right on the connection's TLS stream. The web server's own way leads through two more
/// pipes, which copy everything once more and change threads.
/// </summary>
internal static class WebSocketAccept
{
    private const string AcceptSalt = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>The request has been found to be a WebSocket's. Its client sends nothing before it has the answer (RFC 6455, 4.1), so no byte is left in the pipes.</summary>
    public static async Task<WebSocket> AcceptAsync(HttpContext http, TimeSpan keepAlive)
    {
        var key = http.Request.Headers.SecWebSocketKey.ToString();
        var headers = http.Response.Headers;
        headers.Connection = "Upgrade";
        headers.Upgrade = "websocket";
        headers.SecWebSocketAccept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptSalt)));
        // Whoever asks learns that messages of our own length pass here.
        var large = http.WebSockets.WebSocketRequestedProtocols.Contains(DataStreamOptions.LargeMessages) ? DataStreamOptions.LargeMessages : null;
        if (large is not null)
            headers.SecWebSocketProtocol = large;
        var upgraded = await http.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        var stream = http.Features.Get<ISslStreamFeature>() is { SslStream: { } tls } ? new BorrowedStream(tls) : upgraded;
        return WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = keepAlive, SubProtocol = large });
    }
}
