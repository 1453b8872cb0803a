using System.Runtime.CompilerServices;

namespace Postern.Server.Gateway;

/// <summary>
/// The way to one end of a session: a message goes straight to the end's socket, or waits in a bounded queue while there is none, or while
/// the gate holds it; when the queue is full, its sender waits. Messages never interleave; stream messages keep their order.
/// </summary>
internal sealed class OutboundLane(RelayOptions options, HandshakeGate? gate, LostAckWatch? watch, TimeProvider time)
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly FrameQueue _held = new(options.HoldLimit);
    private readonly Signal _work = new();
    private readonly TaskCompletionSource _finalSent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _room = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ChannelSocket? _socket;
    private bool _closed;

    /// <summary>The end's present socket.</summary>
    public ChannelSocket? Socket => Volatile.Read(ref _socket);

    /// <summary>A message is being written, or waits.</summary>
    public bool IsBusy => _turn.CurrentCount == 0 || !_held.IsEmpty;

    /// <summary>Completes when channel_closed was put on the end's socket.</summary>
    public Task FinalSent => _finalSent.Task;

    /// <summary>Puts a new socket in place of the present one, which is closed. False: the lane is closed and takes none.</summary>
    public async Task<bool> AttachAsync(ChannelSocket socket, CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _socket, null)?.Abort("Replaced by a newer socket of the same end.");
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_closed)
                return false;
            watch?.Reset();
            gate?.ClientReplaced();
            Interlocked.Exchange(ref _socket, socket)?.Abort("Replaced by a newer socket of the same end.");
        }
        finally
        {
            _turn.Release();
        }
        _work.Set();
        return true;
    }

    /// <summary>False when another socket has taken its place.</summary>
    public bool Detach(ChannelSocket socket) => Interlocked.CompareExchange(ref _socket, null, socket) == socket;

    /// <summary>The gate may have opened.</summary>
    public void Wake() => _work.Set();

    /// <summary>Takes a message; returns when it was sent or is kept. It is copied if kept.</summary>
    /// <param name="kind">Decides what it may pass and what holds it.</param>
    /// <param name="sequence">Number of the message, or the number it acknowledges.</param>
    /// <param name="frame">Header and payload.</param>
    /// <param name="cancellationToken">Of the socket it came from: a message of a socket that was replaced meanwhile is not sent, its owner will send it again.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(FrameKind kind, long sequence, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task room;
            await _turn.WaitAsync(cancellationToken);
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (_closed || _held.IsRepetition(kind, sequence))
                    return;
                if (!_held.HasBefore(kind) && WaitOf(kind) == TimeSpan.Zero && await TrySendAsync(kind, sequence, frame))
                    return;
                if (_held.TryAdd(kind, sequence, frame.Span))
                {
                    _work.Set();
                    return;
                }
                room = _room.Task;
            }
            finally
            {
                _turn.Release();
            }
            await room.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Sends what is held as soon as it may go, until the token is cancelled; then the lane is closed.</summary>
    public async Task PumpAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var wait = await SendHeldAsync(cancellationToken);
                await _work.WaitAsync(wait, time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await _turn.WaitAsync(CancellationToken.None);
            _closed = true;
            Socket?.Abort("The session is over."); // one that came at the last moment
            _held.Clear();
            _room.TrySetResult();
            _turn.Release();
        }
    }

    /// <summary>Returns how long the next held message must wait.</summary>
    private async Task<TimeSpan> SendHeldAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            // One message a turn: those that need not wait are let in between.
            await _turn.WaitAsync(cancellationToken);
            try
            {
                if (!_held.TryPeek(FrameKind.Acknowledge, out var next) && !_held.TryPeek(FrameKind.Stream, out next))
                    return Timeout.InfiniteTimeSpan;
                var wait = WaitOf(next.Kind);
                if (wait != TimeSpan.Zero && next.Kind == FrameKind.Acknowledge && _held.TryPeek(FrameKind.Stream, out var stream) && WaitOf(stream.Kind) == TimeSpan.Zero)
                    (next, wait) = (stream, TimeSpan.Zero);
                if (wait != TimeSpan.Zero)
                    return wait;
                if (!await TrySendAsync(next.Kind, next.Sequence, next.Frame))
                    return Timeout.InfiniteTimeSpan;
                _held.Remove(next.Kind);
                Interlocked.Exchange(ref _room, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
            }
            finally
            {
                _turn.Release();
            }
        }
    }

    private TimeSpan WaitOf(FrameKind kind) => Socket is not { Aborted.IsCancellationRequested: false } ? Timeout.InfiniteTimeSpan : gate?.WaitOf(kind) ?? TimeSpan.Zero;

    /// <summary>False when there is no socket or it broke: the message stays with the caller.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> TrySendAsync(FrameKind kind, long sequence, ReadOnlyMemory<byte> frame)
    {
        if (Socket is not { } socket)
            return false;
        try
        {
            await socket.SendAsync(frame);
        }
        catch (Exception e) when (ChannelSocket.IsSocketEnd(e))
        {
            socket.Abort("It could not be written to."); // its owner detaches it and reports the loss
            return false;
        }
        gate?.Sent(kind, sequence);
        if (gate is not null && !_held.IsEmpty)
            _work.Set(); // what is held may wait for less now
        if (kind is FrameKind.Stream or FrameKind.HandshakeComplete)
            watch?.Sent(sequence);
        if (kind == FrameKind.ChannelClosed)
            _finalSent.TrySetResult();
        return true;
    }
}
