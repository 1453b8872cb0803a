namespace Postern.Protocol.DataStream;

// Acknowledging what arrived. A stock peer gets an acknowledgement for each message at once; ends that agreed on it get one for many, soon
// enough that no sender waits for it: its window holds many times what may go unacknowledged.
public sealed partial class DataStream
{
    /// <summary>What is received before it is acknowledged cumulatively: a small part of the smallest window a sender has.</summary>
    private const int AckEveryBytes = 256 * 1024, AckEveryMessages = 64;
    /// <summary>At most this long after it was received. Much shorter than any time-out for resending.</summary>
    internal static readonly TimeSpan AckDelay = TimeSpan.FromMilliseconds(5);

    private readonly ITimer _ackTimer;
    /// <summary>The last message of an unbroken series, and whether that is still to be told to the peer.</summary>
    private PendingAck? _latest;
    private bool _latestDue, _ackTimerArmed;
    private int _unackedBytes, _unackedMessages;

    /// <summary>Promises the peer that a message has arrived; the writer says so.</summary>
    private void Acknowledge(long sequence, Guid messageId)
    {
        lock (_gate)
        {
            if (_attachment is null or { WritesEnded: true } || _acks.Count == MaxPendingAcks)
                return;
            _acks.Enqueue(new PendingAck(sequence, messageId, Cumulative: false));
            if (_writing && !_handedOver)
                return;
        }
        _writerWake.Set();
    }

    /// <summary>The same for all messages up to this one, now or with others that come soon.</summary>
    private void AcknowledgeUpTo(long sequence, Guid messageId, int bytes, bool now)
    {
        lock (_gate)
        {
            if (_latest is not { } latest || sequence > latest.Sequence)
                _latest = new PendingAck(sequence, messageId, Cumulative: true);
            _unackedBytes += bytes;
            _unackedMessages++;
            if (!now && _unackedBytes < AckEveryBytes && _unackedMessages < AckEveryMessages)
            {
                ArmAckTimer();
                return;
            }
            _latestDue = true;
            if (_writing && !_handedOver)
                return;
        }
        _writerWake.Set();
    }

    private void ArmAckTimer()
    {
        if (_ackTimerArmed || _latestDue || _ended)
            return;
        _ackTimerArmed = true;
        _ackTimer.Change(AckDelay, Timeout.InfiniteTimeSpan);
    }

    private void OnAckTimer()
    {
        lock (_gate)
        {
            _ackTimerArmed = false;
            // Told meanwhile, because there was much of it.
            if (_unackedMessages == 0)
                return;
            _latestDue = true;
        }
        _writerWake.Set();
    }

    /// <summary>The next acknowledgement to write. Called with the lock held.</summary>
    private bool TryTakeAck(out PendingAck ack)
    {
        if (_acks.TryDequeue(out ack))
            return true;
        if (!_latestDue)
            return false;
        (_latestDue, _unackedBytes, _unackedMessages) = (false, 0, 0);
        ack = _latest!.Value;
        return true;
    }
}
