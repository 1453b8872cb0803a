using System.Net.Sockets;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;

namespace Postern.Server.Gateway;

/// <summary>
/// One WebSocket and its end: a single abort token, and the first reason for it. The request that opened the socket owns this
/// and calls <see cref="CloseAsync"/> as its last act; anyone may <see cref="Abort"/>.
/// </summary>
internal sealed class ChannelSocket
{
    private static readonly TimeSpan CloseFrameTimeout = TimeSpan.FromSeconds(1), LastWriteTimeout = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _abort;
    private readonly Action _abortConnection;
    private readonly CancellationTokenRegistration _onPeerGone;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _time;
    private string? _reason;

    /// <param name="socket">Open.</param>
    /// <param name="abortConnection">Cuts the connection below, so that a write under way fails; a cancelled one would still be under way when the connection is closed.</param>
    /// <param name="peerGone">Set once the peer has closed the connection below, also while nothing is read.</param>
    /// <param name="closedUnread">How long a connection the peer has closed may stay unread.</param>
    /// <param name="time">Clock of the time-outs.</param>
    public ChannelSocket(WebSocket socket, Action abortConnection, CancellationToken peerGone, TimeSpan closedUnread, TimeProvider time)
    {
        Socket = socket;
        _abortConnection = abortConnection;
        _time = time;
        _abort = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time); // not disposed: an abort may come at any time, and nothing waits on its handle
        _onPeerGone = peerGone.Register(() => _abort.CancelAfter(closedUnread));
    }

    public WebSocket Socket { get; }
    public CancellationToken Aborted => _abort.Token;
    /// <summary>Why the socket was given up on this side; null when the peer closed it.</summary>
    public string? Reason => _reason;
    /// <summary>Completes when the socket is closed for good.</summary>
    public Task Finished => _finished.Task;

    /// <summary>Sends one message. Not cancelled by a token: <see cref="Abort"/> makes it fail.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> frame)
    {
        await _writing.WaitAsync(_abort.Token);
        try
        {
            await Socket.SendAsync(frame, WebSocketMessageType.Binary, WebSocketMessageFlags.EndOfMessage, CancellationToken.None);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Makes whoever reads or writes the socket stop. Safe to call again; the first reason is kept.</summary>
    public void Abort(string reason)
    {
        if (_finished.Task.IsCompleted)
            return;
        Interlocked.CompareExchange(ref _reason, reason, null);
        _abortConnection();
        _abort.Cancel();
    }

    /// <summary>
    /// Says goodbye when the socket is still able to, then closes it. Not said to a peer that closed already. Stock ends never send a close
    /// message and need none.
    /// </summary>
    public async Task CloseAsync(WebSocketCloseStatus status)
    {
        await _onPeerGone.DisposeAsync();
        if (Socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            using var timeout = new CancellationTokenSource(CloseFrameTimeout, _time);
            try
            {
                await Socket.CloseOutputAsync(status, null, timeout.Token);
            }
            catch (Exception e) when (IsSocketEnd(e))
            {
                Socket.Abort(); // the peer is gone: that is what was to be reached
            }
        }
        Socket.Dispose();
        // The request must not end under a write: the server would write the end of its TLS stream into the middle of it.
        if (await _writing.WaitAsync(LastWriteTimeout))
            _writing.Release();
        _finished.TrySetResult();
    }

    /// <summary>The ways a socket ends. AWS's ends close the connection without a word, always.</summary>
    public static bool IsSocketEnd(Exception e)
        => e is WebSocketException or IOException or SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException;

    /// <summary>The network lost the connection; nobody closed it.</summary>
    public static bool IsSilent(Exception? e)
    {
        for (; e is not null; e = e.InnerException)
            if (e is SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.NetworkDown })
                return true;
        return false;
    }
}
