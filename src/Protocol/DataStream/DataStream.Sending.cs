using System.Runtime.CompilerServices;
using Postern.Protocol.Messages;

namespace Postern.Protocol.DataStream;

public sealed partial class DataStream
{
    private readonly UnacknowledgedRing _ring = new();
    private readonly Segments _frames = new(keepsSpare: true);
    /// <summary>One sender at a time numbers messages, so that the parts of a long payload stay together.</summary>
    private readonly SemaphoreSlim _sendTurn = new(1, 1);
    private readonly MessageIdSource _ids = new();
    private readonly PathWindow _window;
    private readonly Signal _windowOpen = new();
    private TaskCompletionSource<bool>? _drained;
    private bool _windowAwaited;
    /// <summary>Everything had been acknowledged when the stream ended.</summary>
    private bool _endedWhole;

    /// <summary>
    /// Queues stream data (copied before the call returns its task to completion); waits while the send window is full. Throws
    /// ObjectDisposedException after the end. An empty payload is not sent: stock ends have no such message. Output is split at
    /// <see cref="MaxPayload"/>, other types go whole. Cancelled midway, the first parts may have been sent.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var splits = type is PayloadType.Output or PayloadType.StdErr;
        if (!splits && payload.Length > DataStreamOptions.LargestPayload)
            throw new ArgumentException($"A {type} message holds at most {DataStreamOptions.LargestPayload} bytes, not {payload.Length}.", nameof(payload));
        await _sendTurn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (!payload.IsEmpty)
            {
                var length = splits ? Math.Min(payload.Length, MaxPayload) : payload.Length;
                await WaitForWindowAsync(AgentMessageCodec.SizeOf(length), cancellationToken).ConfigureAwait(false);
                var sequence = Enqueue(type, payload.Span[..length]);
                await WriteThroughAsync(sequence).ConfigureAwait(false);
                payload = payload[length..];
            }
        }
        finally
        {
            _sendTurn.Release();
        }
    }

    /// <summary>Waits until everything sent is acknowledged, or the time is over. Returns whether it is.</summary>
    public async ValueTask<bool> FlushAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        Task<bool> drained;
        lock (_gate)
        {
            if (_ended)
                return _endedWhole;
            if (_ring.Count == 0)
                return true;
            _drained ??= new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            drained = _drained.Task;
        }
        try
        {
            return await drained.WaitAsync(limit, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitForWindowAsync(int size, CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_ended, this);
                if (_ring.Count == 0 || (_ring.Bytes + size <= _window.Size && IsWithinBounds()))
                    return;
                _windowAwaited = true;
            }
            await _windowOpen.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What a peer that leaves out single messages could otherwise make grow.</summary>
    private bool IsWithinBounds() => _ring.Span < UnacknowledgedRing.MaxSpan && _frames.Held / 2 <= _window.Size + Segments.Size;

    /// <summary>Makes the frame and puts it into the ring, where the writer finds it. Called by the one whose turn it is.</summary>
    private long Enqueue(PayloadType type, ReadOnlySpan<byte> payload)
    {
        Piece frame;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            frame = _frames.Take(AgentMessageCodec.SizeOf(payload.Length));
        }
        var sequence = _ring.Next;
        var header = new AgentMessageHeader
        {
            MessageType = _sentType,
            CreatedDate = Now(),
            SequenceNumber = sequence,
            // As stock ends write them: only a node marks its first message.
            Flags = sequence == 0 && _options.Side == StreamSide.Agent ? MessageFlags.Syn : MessageFlags.None,
            MessageId = _ids.Next(),
            PayloadType = type,
        };
        AgentMessageCodec.Write(frame.Memory.Span, header, payload, _omitsDigest);
        lock (_gate)
        {
            if (_ended)
            {
                _frames.Return(frame);
                throw new ObjectDisposedException(nameof(DataStream));
            }
            _ring.Add(frame);
        }
        return sequence;
    }

    /// <summary>An acknowledgement arrived, of one message or of all up to it. Unknown and repeated numbers are no error: both ends acknowledge duplicates.</summary>
    private void OnAcknowledged(long sequence, bool cumulative)
    {
        var resends = false;
        lock (_gate)
        {
            if (sequence < 0 || sequence >= _everSent)
            {
                Interlocked.Increment(ref _dropped);
                return;
            }
            var (removed, before) = (false, _ring.Bytes);
            for (var number = cumulative ? _ring.Oldest : sequence; number <= sequence; number++)
            {
                if (!_ring.TryRemove(number, out var message))
                    continue;
                removed = true;
                resends |= OnRemoved(message, itself: number == sequence);
                Release(number, message.Frame);
            }
            if (!removed)
            {
                // Both copies of a message arrived: it was late, not lost.
                _resendGrows = false;
                return;
            }
            if (_windowGrows)
                _window.Passed(before - _ring.Bytes, _roundTrip.Shortest, _time);
            if (_ring.Count == 0)
            {
                _drained?.TrySetResult(true);
                _drained = null;
            }
            // Woken at half a window, a sender has something to do for a while.
            if (_windowAwaited && (_ring.Bytes <= _window.Size / 2 || _ring.Count == 0) && IsWithinBounds())
            {
                _windowAwaited = false;
                _windowOpen.Set();
            }
        }
        if (resends)
            _writerWake.Set();
    }

    /// <summary>Gives a frame back, unless it is being written: then the writer does, afterwards.</summary>
    private void Release(long sequence, in Piece frame)
    {
        if (_writingMessage && sequence == _writingSequence)
            _retired = frame;
        else
            _frames.Return(frame);
    }

    private void ReleaseUnacknowledged()
    {
        for (var sequence = _ring.Oldest; sequence < _ring.Next; sequence++)
            if (_ring.TryRemove(sequence, out var message))
                Release(sequence, message.Frame);
        _frames.Trim();
    }

    private ulong Now() => (ulong)_time.GetUtcNow().ToUnixTimeMilliseconds();
}
