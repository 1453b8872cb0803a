using System.Net.WebSockets;

namespace Postern.Protocol.DataStream;

// Resending on the same socket. A tick looks at the oldest message only; if that was lost, others were too, so each acknowledgement of a
// resent message brings more of the overdue ones (a slow start), until they are through or a duplicate proves that nothing was lost.
public sealed partial class DataStream
{
    /// <summary>Resent messages under way at once.</summary>
    private const int MaxResendBatch = 64;
    /// <summary>After n resends in vain the oldest message waits 2^n times as long, up to this power, until a round trip was measured.</summary>
    private const int MaxBackoff = 3;

    private readonly ITimer _tickTimer;
    private readonly Queue<long> _resends = new();
    private RoundTrip _roundTrip;
    private long _shortestTrip;
    private bool _tickArmed, _tickDue, _resendGrows;
    private int _round, _batch, _outstanding, _backoff;
    private long _resendNext, _resent;

    /// <summary>A new socket: everything not acknowledged goes out again at once, in order, before anything new.</summary>
    private void BeginSocket()
    {
        _cursor = _ring.Oldest;
        _acks.Clear();
        // The last one may have been lost with the old socket, and spares the peer sending it all again.
        _latestDue = _latest is not null;
        _resends.Clear();
        _tickDue = false;
        (_batch, _outstanding, _backoff) = (0, 0, 0);
        _resendGrows = false;
        _roundTrip = new RoundTrip(_options.InitialTimeout, _options.MaxTimeout);
        Interlocked.Exchange(ref _shortestTrip, 0);
        for (var sequence = _ring.Oldest; sequence < _ring.Next; sequence++)
            _ring[sequence].Round = 0;
        _writerWake.Set();
    }

    private void ArmTick()
    {
        if (_tickArmed || _ended || (_ring.Count == 0 && !_frames.HasSpare))
            return;
        _tickArmed = true;
        _tickTimer.Change(_options.ResendTick, Timeout.InfiniteTimeSpan);
    }

    private void Tick()
    {
        lock (_gate)
        {
            _tickArmed = false;
            _tickDue = true;
        }
        _writerWake.Set();
    }

    /// <summary>Whether a message is to be resent now. Only writers ask: while a socket takes nothing, resending helps nobody.</summary>
    private bool NextResend()
    {
        if (_tickDue)
        {
            _tickDue = false;
            OnTick();
            ArmTick();
        }
        // Acknowledged while it waited: nothing to send.
        while (_resends.TryPeek(out var sequence) && (!_ring.Contains(sequence) || !_ring[sequence].Present))
            _resends.Dequeue();
        return _resends.Count > 0;
    }

    private void OnTick()
    {
        if (_ring.Count == 0)
        {
            _frames.Trim();
            _window.Shrink(); // an idle session leaves the budget to others
        }
        if (_ring.Count == 0 || _ring.Oldest >= _cursor || _resends.Count > 0)
            return;
        if (!IsOverdue(_ring[_ring.Oldest], _backoff))
            return;
        _backoff = Math.Min(_backoff + 1, MaxBackoff);
        _round++;
        (_batch, _outstanding, _resendNext, _resendGrows) = (1, 0, _ring.Oldest, true);
        ScheduleResends();
    }

    /// <summary>A message was acknowledged, itself or with a later one. Returns whether others are to be resent now.</summary>
    private bool OnRemoved(in OutgoingMessage message, bool itself)
    {
        if (message.Round == 0)
        {
            if (!itself)
                return false;
            // Of a resent message nobody knows which copy is acknowledged, so only others are measured.
            _roundTrip.Sample(_time.GetElapsedTime(message.LastSent));
            Interlocked.Exchange(ref _shortestTrip, _roundTrip.Shortest.Ticks);
            _backoff = 0;
            return false;
        }
        if (message.Round != _round || !_resendGrows)
            return false;
        _outstanding--;
        _batch = Math.Min(_batch + 1, MaxResendBatch);
        ScheduleResends();
        return _resends.Count > 0;
    }

    private void ScheduleResends()
    {
        _resendNext = Math.Max(_resendNext, _ring.Oldest);
        while (_outstanding < _batch && _resendNext < _cursor)
        {
            ref var message = ref _ring[_resendNext];
            if (message.Present)
            {
                if (!IsOverdue(message, backoff: 0))
                    return;
                message.Round = _round;
                _outstanding++;
                _resends.Enqueue(_resendNext);
            }
            _resendNext++;
        }
    }

    private bool IsOverdue(in OutgoingMessage message, int backoff) =>
        _time.GetElapsedTime(message.LastSent) > _roundTrip.Timeout * (1 << backoff);
}
