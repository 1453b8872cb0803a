using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;

namespace Postern.Client.Transport;

/// <summary>
/// Opens a WebSocket on a connection of its own (RFC 6455, section 4). It does what ClientWebSocket does when there is no proxy, without
/// an HTTP stack to load first: a third of the time from start to an open port.
/// </summary>
internal static class DirectWebSocket
{
    private const int MaxResponse = 16 * 1024;
    private const int KeySize = 16;
    private const string AcceptSalt = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>Takes over the stream. Throws WebSocketException when the server answers anything but an upgrade.</summary>
    public static async Task<WebSocket> UpgradeAsync(Stream stream, Uri url, TimeSpan pingInterval, TimeSpan pongLimit, CancellationToken cancellationToken)
    {
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeySize));
        var request = $"GET {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + $"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), cancellationToken);
        await stream.FlushAsync(cancellationToken);
        CheckResponse(await ReadResponseAsync(stream, cancellationToken), key, url);
        return WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = false, KeepAliveInterval = pingInterval, KeepAliveTimeout = pongLimit });
    }

    /// <summary>Byte by byte: what follows the empty line belongs to the WebSocket. The bytes come from memory.</summary>
    private static async Task<string> ReadResponseAsync(Stream stream, CancellationToken cancellationToken)
    {
        var response = new byte[MaxResponse];
        for (var length = 0; length < MaxResponse;)
        {
            if (await stream.ReadAsync(response.AsMemory(length, 1), cancellationToken) == 0)
                throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely, "The gateway closed the connection instead of upgrading it.");
            length++;
            if (response.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
                return Encoding.ASCII.GetString(response, 0, length);
        }
        throw new WebSocketException(WebSocketError.HeaderError, $"The gateway's answer is longer than {MaxResponse} bytes.");
    }

    private static void CheckResponse(string response, string key, Uri url)
    {
        var lines = response.Split("\r\n");
        if (!lines[0].StartsWith("HTTP/1.1 101", StringComparison.Ordinal))
            throw new WebSocketException(WebSocketError.NotAWebSocket, $"{url.Authority} answered '{lines[0]}' instead of upgrading the connection.");
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptSalt)));
        if (!HasHeader(lines, "Upgrade", "websocket", StringComparison.OrdinalIgnoreCase)
            || !HasHeader(lines, "Connection", "Upgrade", StringComparison.OrdinalIgnoreCase)
            || !HasHeader(lines, "Sec-WebSocket-Accept", accept, StringComparison.Ordinal))
            throw new WebSocketException(WebSocketError.HeaderError, $"{url.Authority} did not answer as a WebSocket server.");
    }

    private static bool HasHeader(string[] lines, string name, string value, StringComparison comparison)
    {
        foreach (var line in lines)
            if (line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase) && line.AsSpan(name.Length + 1).Trim().Equals(value, comparison))
                return true;
        return false;
    }
}
