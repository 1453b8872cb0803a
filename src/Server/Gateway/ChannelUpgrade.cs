using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Postern.Protocol.AwsJson;
using Postern.Server.Settings;

namespace Postern.Server.Gateway;

/// <summary>Turns a request into a channel's socket and reads the message every channel begins with.</summary>
internal sealed class ChannelUpgrade(RelayOptions options, ServerOptions server, TimeProvider time, IHostApplicationLifetime lifetime)
{
    // A peer whose machine has vanished closes nothing; this finds it within two minutes on an idle connection.
    private const int KeepAliveIdleSeconds = 60, KeepAliveIntervalSeconds = 15, KeepAliveProbes = 4;
    /// <summary>IPPROTO_TCP and TCP_USER_TIMEOUT (milliseconds) of Linux; .NET has no name for the latter.</summary>
    private const int TcpLevel = 6, TcpUserTimeout = 18;

    // Apart, so that strangers who open and say nothing keep no node out.
    private readonly OpeningPlaces _strangers = new(options.MaxOpening, server.OpeningPerAddress), _nodes = new(options.MaxOpening, options.MaxOpening);

    /// <summary>
    /// Runs <paramref name="channel"/> on the request's socket and closes it afterwards. The first message is given to it; null
    /// when none came in time or it was not what it should be.
    /// </summary>
    /// <param name="http">An upgrade request, already authorised as far as it can be.</param>
    /// <param name="signed">The request was signed by a node; others show who they are with their first message.</param>
    /// <param name="silence">
    /// After this long without a confirmation the connection is lost. Only for peers that always read: one that has paused confirms nothing,
    /// either. Null leaves it to the system, which takes about a quarter of an hour.
    /// </param>
    /// <param name="shape">Of the first message.</param>
    /// <param name="channel">Owns the socket until it returns.</param>
    /// <exception cref="AwsErrorException">The request is no upgrade, or too many channels are being opened.</exception>
    public async Task RunAsync<TOpen>(HttpContext http, bool signed, TimeSpan? silence, JsonTypeInfo<TOpen> shape, Func<ChannelSocket, TOpen?, Task> channel) where TOpen : class
    {
        if (!http.WebSockets.IsWebSocketRequest)
            throw new AwsErrorException("ValidationException", "This path is a WebSocket: send an upgrade request.", StatusCodes.Status426UpgradeRequired);
        var room = signed ? _nodes : _strangers;
        using var place = room.TryTake(http.Connection.RemoteIpAddress)
            ?? throw Full("Too many channels are being opened at the moment; try again.");
        KeepAlive(http, silence);
        if (silence is not null)
            TlsBuffers.GiveBackWhenIdle(http.Features.Get<ISslStreamFeature>()?.SslStream);
        var connection = http.Features.GetRequiredFeature<IConnectionLifetimeFeature>(); // not the request's: that one is used again
        var webSocket = await AcceptAsync(http);
        var socket = new ChannelSocket(webSocket, connection.Abort, http.RequestAborted, options.ClosedUnread, time);
        using var stopping = lifetime.ApplicationStopping.Register(() => socket.Abort("The gateway stops."));
        try
        {
            var open = await ReadOpenAsync(socket, shape);
            place.Dispose();
            await channel(socket, open);
        }
        finally
        {
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure);
        }
    }

    private async Task<WebSocket> AcceptAsync(HttpContext http)
    {
        try
        {
            return await WebSocketAccept.AcceptAsync(http, options.PongInterval); // without a time-out these are unsolicited pongs
        }
        catch (InvalidOperationException) when (!http.Response.HasStarted)
        {
            http.Response.Headers.Clear();
            throw Full("The gateway has as many channels open as it may have open files; try again later.");
        }
    }

    private static AwsErrorException Full(string message) => new("ServiceUnavailableException", message, StatusCodes.Status503ServiceUnavailable);

    private async Task<TOpen?> ReadOpenAsync<TOpen>(ChannelSocket socket, JsonTypeInfo<TOpen> shape) where TOpen : class
    {
        using var timeout = new CancellationTokenSource(options.OpenTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, socket.Aborted);
        using var reader = new FrameReader(socket.Socket, options.MaxOpenFrame);
        try
        {
            return await reader.ReadAsync(either.Token) == FrameResult.Frame ? JsonSerializer.Deserialize(reader.Frame.Span, shape) : null;
        }
        catch (Exception e) when (e is JsonException || ChannelSocket.IsSocketEnd(e))
        {
            return null; // the caller refuses the channel
        }
    }

    private static void KeepAlive(HttpContext http, TimeSpan? silence)
    {
        if (http.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket)
            return;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveIdleSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveIntervalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
        if (silence is { } limit && OperatingSystem.IsLinux())
            socket.SetRawSocketOption(TcpLevel, TcpUserTimeout, BitConverter.GetBytes((int)limit.TotalMilliseconds));
    }
}
