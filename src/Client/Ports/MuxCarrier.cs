using System.Net.Sockets;
using Postern.Protocol.Messages;
using Postern.Protocol.Smux;

namespace Postern.Client.Ports;

/// <summary>Every local connection is a stream of one multiplexer.</summary>
internal sealed class MuxCarrier : IPortCarrier
{
    private readonly MuxSession _mux;
    private readonly Action<string?> _onFailed;
    private readonly Lock _lock = new();
    private readonly HashSet<MuxStream> _live = [];
    private bool _answered;

    /// <param name="session">Carries the multiplexer's bytes.</param>
    /// <param name="extended">Both ends are Postern's.</param>
    /// <param name="onFailed">Told that a connection could not reach the destination, with the reason.</param>
    public MuxCarrier(ClientSession session, bool extended, Action<string?> onFailed)
    {
        _onFailed = onFailed;
        var options = new MuxOptions { Role = MuxRole.Client, Extended = extended };
        _mux = new MuxSession(options, (bytes, token) => session.SendAsync(PayloadType.Output, bytes, token));
    }

    public bool Answered
    {
        get
        {
            lock (_lock)
                return _answered || _live.Any(s => s.Answered);
        }
    }

    public ValueTask ReceiveAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) => _mux.ReceiveAsync(payload, cancellationToken);

    public async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        MuxStream? stream = null;
        try
        {
            stream = await _mux.OpenAsync(cancellationToken);
            lock (_lock)
                _live.Add(stream);
            await TcpBridge.RunAsync(socket, stream, cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The connection broke, or the session is over; the local client sees its socket end.
        }
        finally
        {
            socket.Dispose();
        }
        if (stream is null)
            return;
        lock (_lock)
        {
            _live.Remove(stream);
            _answered |= stream.Answered;
        }
        if (stream.FailureReason is { } reason && !stream.Answered)
            _onFailed(reason);
    }

    public ValueTask DisposeAsync() => _mux.DisposeAsync();
}
