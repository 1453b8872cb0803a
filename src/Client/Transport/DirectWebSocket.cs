using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Postern.Protocol.DataStream;

namespace Postern.Client.Transport;

/// <summary>
/// Makes a connection a WebSocket (RFC 6455, section 4). It does what ClientWebSocket does when there is no proxy, without
/// an HTTP stack to load first.
/// </summary>
internal static class DirectWebSocket
{
    private const int KeySize = 16;
    private const string AcceptSalt = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>Takes over the connection. Throws WebSocketException when the server answers anything but an upgrade, IOException when it does not.</summary>
    public static WebSocket Upgrade(DirectConnection connection, Uri url, TimeSpan pingInterval, TimeSpan pongLimit)
    {
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeySize));
        var request = $"GET {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + $"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
            + $"Sec-WebSocket-Protocol: {DataStreamOptions.LargeMessages}\r\n\r\n";
        connection.Stream.Write(Encoding.ASCII.GetBytes(request));
        connection.Stream.Flush();
        var head = HttpHead.Read(connection);
        Check(head, key, url);
        return WebSocket.CreateFromStream(connection.Stream, new WebSocketCreationOptions
        {
            IsServer = false,
            KeepAliveInterval = pingInterval,
            KeepAliveTimeout = pongLimit,
            SubProtocol = head.Find("Sec-WebSocket-Protocol") == DataStreamOptions.LargeMessages ? DataStreamOptions.LargeMessages : null,
        });
    }

    private static void Check(HttpHead head, string key, Uri url)
    {
        if (head.Status != 101)
            throw new WebSocketException(WebSocketError.NotAWebSocket, $"{url.Authority} answered '{head.StatusLine}' instead of upgrading the connection.");
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptSalt)));
        if (!head.Says("Upgrade", "websocket") || !head.Says("Connection", "Upgrade") || head.Find("Sec-WebSocket-Accept") != accept)
            throw new WebSocketException(WebSocketError.HeaderError, $"{url.Authority} did not answer as a WebSocket server.");
    }
}
