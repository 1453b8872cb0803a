using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using Postern.Protocol.Messages;

namespace Postern.Protocol.DataStream;

// One writer at a time. A sender that finds nobody writing writes its own message at once, without a change of thread; what has gathered
// meanwhile it writes too, up to a limit, and leaves the rest to the write loop of the socket. Order: acknowledgements, control messages, resends, new messages.
public sealed partial class DataStream
{
    /// <summary>Acknowledgements not yet written. A peer that repeats itself and does not read loses the ones beyond; it will ask again.</summary>
    private const int MaxPendingAcks = 8192;
    private const int MaxPendingControls = 64;
    private const long Everything = long.MaxValue;
    /// <summary>Messages a sender writes for others after its own, before it leaves them to the loop.</summary>
    private const int MaxFavours = 16;

    private enum WorkKind { Ack, Control, Message }

    private readonly record struct Work(WorkKind Kind, ReadOnlyMemory<byte> Bytes, PendingAck Ack, TaskCompletionSource? Written);

    private readonly record struct Control(ReadOnlyMemory<byte> Frame, TaskCompletionSource Written);

    private readonly Signal _writerWake = new();
    private readonly Queue<PendingAck> _acks = new();
    private readonly Queue<Control> _controls = new();
    private readonly byte[] _ackFrame = new byte[AckFrame.MaxSize];
    /// <summary>Somebody writes; when handed over, the write loop is to.</summary>
    private bool _writing, _handedOver;
    /// <summary>The first message not yet written to the present socket, and the first never written to any.</summary>
    private long _cursor, _everSent;
    private bool _writingMessage;
    private long _writingSequence;
    private Piece? _retired;

    /// <summary>Sends a message outside the stream (agent_session_state) on the present socket, if there is one.</summary>
    public async ValueTask SendControlAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_attachment is null or { WritesEnded: true })
                return;
            if (_controls.Count == MaxPendingControls)
                throw new InvalidOperationException($"{MaxPendingControls} control messages wait for the socket already.");
            _controls.Enqueue(new Control(frame.ToArray(), written));
        }
        _writerWake.Set();
        await written.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes now if nobody else does. Otherwise the one who does will find the message in the ring.</summary>
    private ValueTask WriteThroughAsync(long sequence)
    {
        SocketAttachment attachment;
        lock (_gate)
        {
            if (_writing || _attachment is null or { WritesEnded: true })
                return ValueTask.CompletedTask;
            _writing = true;
            attachment = _attachment;
        }
        return WriteAsync(attachment, sequence);
    }

    private async Task WriteLoopAsync(SocketAttachment attachment)
    {
        while (true)
        {
            await _writerWake.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            lock (_gate)
            {
                if (_writing && !_handedOver)
                    continue;
                _handedOver = false;
                _writing = false;
                if (_attachment != attachment)
                    return;
                if (attachment.WritesEnded || !HasWork())
                    continue;
                _writing = true;
            }
            await WriteAsync(attachment, Everything).ConfigureAwait(false);
        }
    }

    /// <summary>Writes what waits until message <paramref name="through"/> has gone out. The caller has set <see cref="_writing"/>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteAsync(SocketAttachment attachment, long through)
    {
        var favours = MaxFavours;
        while (TryTake(attachment, through, ref favours, out var work))
        {
            try
            {
                var bytes = work.Kind == WorkKind.Ack
                    ? _ackFrame.AsMemory(0, AckFrame.Write(_ackFrame, work.Ack, _ids.Next(), _receivedType, Now(), _omitsDigest))
                    : work.Bytes;
                // No token: sockets send more cheaply without one, and the end of the attachment aborts them.
                await attachment.Socket.SendAsync(bytes, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                if (!SocketAttachment.IsLoss(error))
                    Fail(error);
                lock (_gate)
                {
                    attachment.WritesEnded = true;
                    // Only while attached: afterwards the attachment may be disposed.
                    if (_attachment == attachment)
                        attachment.EndAfterLastWords();
                }
            }
            finally
            {
                Finish(work);
            }
        }
    }

    private bool TryTake(SocketAttachment attachment, long through, ref int favours, out Work work)
    {
        work = default;
        lock (_gate)
        {
            if (attachment.WritesEnded || !HasWork())
            {
                _writing = false;
                // The loop waits for the last writer of its socket before it ends.
                if (attachment.WritesEnded)
                    _writerWake.Set();
                return false;
            }
            if (_cursor > through && favours-- == 0)
            {
                _handedOver = true;
                _writerWake.Set();
                return false;
            }
            work = Take();
            return true;
        }
    }

    private bool HasWork() => _acks.Count > 0 || _latestDue || _controls.Count > 0 || NextResend() || NextMessage();

    /// <summary>Moves the cursor over messages acknowledged since they were last sent.</summary>
    private bool NextMessage()
    {
        _cursor = Math.Max(_cursor, _ring.Oldest);
        while (_cursor < _ring.Next && !_ring[_cursor].Present)
            _cursor++;
        return _cursor < _ring.Next;
    }

    private Work Take()
    {
        if (TryTakeAck(out var ack))
            return new Work(WorkKind.Ack, default, ack, null);
        if (_controls.TryDequeue(out var control))
            return new Work(WorkKind.Control, control.Frame, default, control.Written);
        var resend = _resends.TryDequeue(out _writingSequence);
        if (!resend)
            _writingSequence = _cursor++;
        _writingMessage = true;
        ref var message = ref _ring[_writingSequence];
        message.LastSent = _time.GetTimestamp();
        if (resend || _writingSequence < _everSent)
            _resent++;
        _everSent = Math.Max(_everSent, _cursor);
        return new Work(WorkKind.Message, message.Frame.Memory, default, null);
    }

    private void Finish(in Work work)
    {
        work.Written?.TrySetResult();
        if (work.Kind != WorkKind.Message)
            return;
        lock (_gate)
        {
            _writingMessage = false;
            if (_retired is { } frame)
            {
                _retired = null;
                _frames.Return(frame);
            }
            else if (_ring.Contains(_writingSequence))
            {
                // The time a full socket took is not the peer's.
                _ring[_writingSequence].LastSent = _time.GetTimestamp();
            }
            ArmTick();
        }
    }

    private void DropControls()
    {
        while (_controls.TryDequeue(out var control))
            control.Written.TrySetResult();
    }
}
