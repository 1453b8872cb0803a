using System.Net.Sockets;

namespace Postern.Protocol.Smux;

/// <summary>The two directions between one socket and one stream.</summary>
internal sealed class BridgedConnection : IDisposable
{
    /// <summary>What is read at once: little, so that thousands of quiet connections are cheap, until a connection fills it.</summary>
    private const int SmallBuffer = 16 * 1024;
    /// <summary>Fills the largest message: two frames of data.</summary>
    private const int LargeBuffer = DataStream.DataStreamOptions.LargestPayload - 2 * MuxFrame.HeaderSize;

    /// <summary>
    /// Version 1 has no half-close: a person's FIN would make a stock node throw away the answer. So when the sending side of the person's
    /// socket has ended, FIN waits until the peer's FIN, or until nothing has come for this long. A node says at once that the target has
    /// ended: many protocols mark the end of an answer so.
    /// </summary>
    internal static readonly TimeSpan HalfClosedIdle = TimeSpan.FromSeconds(30);

    /// <summary>
    /// In version 1 nobody takes what the socket still sends after the peer's FIN. It is read and dropped for this long, because closing
    /// a socket with unread data would reset it and could destroy what was just delivered. The peer's FIN is awaited as long after ours.
    /// </summary>
    internal static readonly TimeSpan Linger = TimeSpan.FromSeconds(5);

    private readonly Socket _socket;
    private readonly MuxStream _stream;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenRegistration _outer;
    private readonly TaskCompletionSource _peerEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _received;
    private string? _broken;

    public BridgedConnection(Socket socket, MuxStream stream, TimeProvider time, CancellationToken cancellationToken)
    {
        _socket = socket;
        _stream = stream;
        _time = time;
        _stop = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _outer = cancellationToken.UnsafeRegister(static state => ((BridgedConnection)state!).Break("The session was ended."), this);
    }

    public async Task RunAsync()
    {
        await Task.WhenAll(GuardAsync(FromSocketAsync), GuardAsync(ToSocketAsync)).ConfigureAwait(false);
        // Nothing happens here when both directions ended as they should.
        await _stream.AbortAsync(_broken ?? "The connection was closed.").ConfigureAwait(false);
        // A connection that broke ends with a reset, so that nobody takes the part that came for the whole.
        _socket.Close(_broken is null ? -1 : 0);
    }

    public void Dispose()
    {
        _outer.Dispose();
        _stop.Dispose();
        _socket.Dispose();
    }

    private async Task GuardAsync(Func<CopyBuffer, CancellationToken, Task> direction)
    {
        using var buffer = new CopyBuffer(SmallBuffer, LargeBuffer);
        try
        {
            await direction(buffer, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The other direction broke, the session ended or the linger time is over.
        }
        catch (Exception error) when (error is SocketException or IOException or ObjectDisposedException)
        {
            Break(error.Message);
        }
    }

    private async Task FromSocketAsync(CopyBuffer buffer, CancellationToken cancellationToken)
    {
        if (_socket.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
            _socket.NoDelay = true;
        int count;
        while ((count = await _socket.ReceiveAsync(buffer.Memory, cancellationToken).ConfigureAwait(false)) > 0)
        {
            try
            {
                await _stream.WriteAsync(buffer.Memory[..count], cancellationToken).ConfigureAwait(false);
                buffer.Used(count);
            }
            catch (IOException) when (!_stream.SupportsHalfClose && !_stream.IsAborted)
            {
                // The peer has closed both directions: read on until the socket's owner has, too.
            }
        }
        if (_stream.DelaysFin)
            await PeerEndOrIdleAsync(cancellationToken).ConfigureAwait(false);
        await _stream.CompleteAsync(cancellationToken).ConfigureAwait(false);
        if (!_stream.SupportsHalfClose && !_peerEnded.Task.IsCompleted)
            _stop.CancelAfter(Linger);
    }

    private async Task ToSocketAsync(CopyBuffer buffer, CancellationToken cancellationToken)
    {
        int count;
        while ((count = await _stream.ReadAsync(buffer.Memory, cancellationToken).ConfigureAwait(false)) > 0)
        {
            Interlocked.Increment(ref _received);
            for (var sent = 0; sent < count;)
                sent += await _socket.SendAsync(buffer.Memory[sent..count], cancellationToken).ConfigureAwait(false);
            buffer.Used(count);
        }
        _socket.Shutdown(SocketShutdown.Send);
        _peerEnded.TrySetResult();
        if (_stream.SupportsHalfClose)
            return;
        await _stream.CompleteAsync(cancellationToken).ConfigureAwait(false);
        _stop.CancelAfter(Linger);
    }

    private async Task PeerEndOrIdleAsync(CancellationToken cancellationToken)
    {
        while (!_peerEnded.Task.IsCompleted)
        {
            var before = Interlocked.Read(ref _received);
            try
            {
                await _peerEnded.Task.WaitAsync(HalfClosedIdle, _time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                if (Interlocked.Read(ref _received) == before)
                    return;
            }
        }
    }

    /// <summary>Ends both directions; the first reason counts.</summary>
    private void Break(string reason)
    {
        if (Interlocked.CompareExchange(ref _broken, reason, null) is null)
            _stop.Cancel();
    }
}
