using System.Buffers;
using System.Net.Sockets;
using System.Threading.Channels;
using Postern.Protocol.Messages;

namespace Postern.Agent.Sessions.Port;

/// <summary>
/// One connection at a time, its bytes as they are: an SSH session, which ends with its connection, or port forwarding of a client too
/// old to multiplex, which dials again when the person's next connection sends something.
/// </summary>
internal sealed class RawStream(SessionContext context, Destination destination, bool redials) : IPortTraffic
{
    private readonly Channel<Socket> _connections = Channel.CreateBounded<Socket>(1);
    private Socket? _current; // the socket input goes to; set and used by the input side alone

    /// <summary>Gives the connection the session begins with.</summary>
    public void Begin(Socket socket)
    {
        _current = socket;
        _connections.Writer.TryWrite(socket);
    }

    public async ValueTask OnOutputAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        try
        {
            if (redials && (_current is null || !_current.Connected))
                await RedialAsync(cancellationToken);
            for (var rest = payload; !rest.IsEmpty && _current is not null;)
                rest = rest[await _current.SendAsync(rest, cancellationToken)..];
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The destination hung up; the reading side sees it too and decides what follows.
            context.Services.Log.Info($"session {context.SessionId}: {destination.Name} takes no more: {error.Message}");
            _current = null;
        }
    }

    public ValueTask OnFlagAsync(PayloadFlag flag, CancellationToken cancellationToken)
    {
        if (flag == PayloadFlag.DisconnectToPort && _current is { } socket)
        {
            _current = null;
            HangUp(socket);
        }
        return ValueTask.CompletedTask;
    }

    public async Task<SessionOutcome> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            do
            {
                using var socket = await _connections.Reader.ReadAsync(cancellationToken);
                await CopyAsync(socket, cancellationToken);
            }
            while (redials);
            return SessionOutcome.Success;
        }
        finally
        {
            _connections.Writer.TryComplete();
            while (_connections.Reader.TryRead(out var unused))
                unused.Dispose();
        }
    }

    // Says goodbye properly; the reading side then sees the end and lets go of the socket.
    private static void HangUp(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            return; // it is gone already
        }
    }

    private async ValueTask RedialAsync(CancellationToken cancellationToken)
    {
        try
        {
            var socket = await destination.DialAsync(cancellationToken);
            _current = socket;
            await _connections.Writer.WriteAsync(socket, cancellationToken);
        }
        catch (Exception error) when (error is DialException or SessionFailedException)
        {
            context.Services.Log.Info($"session {context.SessionId}: unable to connect to {destination.Name}: {error.Message}");
            _current = null;
        }
        catch (ChannelClosedException)
        {
            _current?.Dispose();
            _current = null;
        }
    }

    private async Task CopyAsync(Socket socket, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                // No buffer is held while nothing comes: an idle session costs next to no memory.
                await socket.ReceiveAsync(Memory<byte>.Empty, cancellationToken);
                var size = context.Stream.MaxPayload; // another on the next socket, maybe
                var buffer = ArrayPool<byte>.Shared.Rent(size);
                try
                {
                    var count = await socket.ReceiveAsync(buffer.AsMemory(0, size), cancellationToken);
                    if (count == 0)
                        return;
                    await context.Stream.SendAsync(PayloadType.Output, buffer.AsMemory(0, count), cancellationToken);
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                }
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException && !cancellationToken.IsCancellationRequested)
        {
            context.Services.Log.Info($"session {context.SessionId}: connection to {destination.Name} ended: {error.Message}");
        }
    }
}
