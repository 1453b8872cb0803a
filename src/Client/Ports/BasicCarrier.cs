using System.Buffers;
using System.Net.Sockets;
using Postern.Protocol.Messages;

namespace Postern.Client.Ports;

/// <summary>
/// Nodes without a multiplexer: the session carries one connection at a time, as bare bytes. The next one waits until the
/// last has ended and DisconnectToPort was sent.
/// </summary>
internal sealed class BasicCarrier(ClientSession session) : IPortCarrier
{
    private const int BufferSize = 16 * 1024;

    private readonly SemaphoreSlim _turn = new(1);
    private volatile Socket? _current;
    private volatile bool _answered;

    public bool Answered => _answered;

    public async ValueTask ReceiveAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        _answered = true;
        var socket = _current;
        if (socket is null)
            return; // late data of a connection that is gone
        try
        {
            while (payload.Length > 0)
                payload = payload[await socket.SendAsync(payload, cancellationToken)..];
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            _current = null; // its reader ends as well and tells the node
        }
    }

    public async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        var mine = false;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            await _turn.WaitAsync(cancellationToken);
            mine = true;
            _current = socket;
            int count;
            while ((count = await socket.ReceiveAsync(buffer, cancellationToken)) > 0)
                await session.SendAsync(PayloadType.Output, buffer.AsMemory(0, count), cancellationToken);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Ended by the local client or with the session.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _current = mine ? null : _current;
            socket.Dispose();
        }
        if (mine)
            await NextAsync(cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        _turn.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            await session.SendFlagAsync(PayloadFlag.DisconnectToPort, cancellationToken);
            _turn.Release();
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The session is over: there is no next one.
        }
    }
}
