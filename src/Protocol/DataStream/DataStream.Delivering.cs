using System.Buffers;
using System.Runtime.ExceptionServices;
using Postern.Protocol.Messages;

namespace Postern.Protocol.DataStream;

// Delivery in order and once. It does not belong to a socket: a receiver may be busy while one is lost and the next attached.
public sealed partial class DataStream
{
    /// <summary>A message in memory: in order in a shared segment, early (and then acknowledged already) in an array of its own.</summary>
    private readonly record struct Received(long Sequence, Guid MessageId, PayloadType Type, Piece? Piece, byte[]? Array, int Length)
    {
        /// <summary>What a message costs, header included, so that a flood of tiny ones is bounded too.</summary>
        public int Cost => Length + AgentMessageHeader.Size;
        public ReadOnlyMemory<byte> Payload => Piece?.Memory ?? Array.AsMemory(0, Length);
        public bool Acknowledged => Piece is null;
    }

    private readonly Lock _inboxGate = new();
    private readonly Queue<Received> _inbox = new();
    private readonly Segments _payloads = new(keepsSpare: false);
    private readonly Dictionary<long, Received> _early = [];
    private readonly Signal _inboxRoom = new();
    /// <summary>The next sequence number to arrive, and the next whose delivery has not ended.</summary>
    private long _expected, _undelivered;
    private int _inboxBytes, _earlyBytes;
    private bool _delivering, _inboxClosed;
    private Task _delivery = Task.CompletedTask;
    private ExceptionDispatchInfo? _fault;

    /// <summary>Sorts one stream message: next, early, or seen before.</summary>
    private void Accept(in AgentMessageHeader header, ReadOnlySpan<byte> payload)
    {
        var sequence = header.SequenceNumber;
        bool acknowledge, deliver = false;
        lock (_inboxGate)
        {
            if (_inboxClosed)
                return;
            if (sequence < _expected)
            {
                // One that still waits in the inbox is acknowledged when it has been delivered.
                acknowledge = sequence < _undelivered;
            }
            else if (sequence > _expected)
            {
                acknowledge = _early.ContainsKey(sequence) || TryKeepEarly(header, payload);
            }
            else
            {
                acknowledge = false;
                Admit(Copy(header, payload, early: false));
                while (_early.Remove(_expected, out var early))
                {
                    _earlyBytes -= early.Cost;
                    Admit(early);
                }
                deliver = !_delivering;
                _delivering = true;
            }
        }
        if (acknowledge && !_cumulativeAcks)
            Acknowledge(sequence, header.MessageId);
        else if (acknowledge && sequence < Interlocked.Read(ref _undelivered))
            AcknowledgeUpTo(Interlocked.Read(ref _undelivered) - 1, header.MessageId, 0, now: true);
        // Runs here, in the reader, until the receiver first waits: no change of thread for a receiver that is ready.
        if (deliver)
            _delivery = DeliverAsync();
    }

    private async Task DeliverAsync()
    {
        try
        {
            while (TryBeginDelivery(out var message))
            {
                try
                {
                    // The answer to a handshake message may make the peer change its mind about who reads what comes next: the
                    // acknowledgement has to be before it on the wire.
                    var first = message.Type is >= PayloadType.HandshakeRequest and <= PayloadType.EncChallengeResponse;
                    if (first && (!message.Acknowledged || _cumulativeAcks))
                        Acknowledge(message.Sequence, message.MessageId);
                    await _receiver.OnStreamAsync(message.Type, message.Payload, _lifeToken).ConfigureAwait(false);
                    EndDelivery(message);
                    if (_cumulativeAcks && !first)
                        AcknowledgeUpTo(message.Sequence, message.MessageId, message.Cost, now: false);
                    else if (!first && !message.Acknowledged)
                        Acknowledge(message.Sequence, message.MessageId);
                }
                finally
                {
                    Release(message);
                }
            }
        }
        catch (OperationCanceledException) when (_lifeToken.IsCancellationRequested)
        {
            // The stream ended while the receiver waited.
        }
        catch (Exception error)
        {
            Fail(error);
        }
    }

    private bool TryBeginDelivery(out Received message)
    {
        lock (_inboxGate)
        {
            if (!_inboxClosed && _inbox.TryDequeue(out message))
                return true;
            _delivering = false;
            message = default;
            return false;
        }
    }

    private void EndDelivery(in Received message)
    {
        lock (_inboxGate)
        {
            _undelivered = message.Sequence + 1;
            var before = _inboxBytes;
            _inboxBytes -= message.Cost;
            var low = _options.EarlyLimit / 2;
            if (before > low && _inboxBytes <= low)
                _inboxRoom.Set();
        }
    }

    private bool TryKeepEarly(in AgentMessageHeader header, ReadOnlySpan<byte> payload)
    {
        var cost = payload.Length + AgentMessageHeader.Size;
        if (_earlyBytes + cost > _options.EarlyLimit)
        {
            Interlocked.Increment(ref _dropped);
            return false;
        }
        _earlyBytes += cost;
        _early.Add(header.SequenceNumber, Copy(header, payload, early: true));
        return true;
    }

    private void Admit(in Received message)
    {
        _inbox.Enqueue(message);
        _inboxBytes += message.Cost;
        _expected++;
    }

    private bool InboxIsFull()
    {
        lock (_inboxGate)
            return _inboxBytes >= _options.EarlyLimit;
    }

    private Received Copy(in AgentMessageHeader header, ReadOnlySpan<byte> payload, bool early)
    {
        // An early message may stay for long, so it must not hold a segment of which others are long gone.
        var array = early ? ArrayPool<byte>.Shared.Rent(payload.Length) : null;
        Piece? piece = early ? null : _payloads.Take(payload.Length);
        payload.CopyTo(array ?? piece!.Value.Memory.Span);
        return new Received(header.SequenceNumber, header.MessageId, header.PayloadType, piece, array, payload.Length);
    }

    private void Release(in Received message)
    {
        if (message.Array is not null)
        {
            ArrayPool<byte>.Shared.Return(message.Array);
            return;
        }
        lock (_inboxGate)
            _payloads.Return(message.Piece!.Value);
    }

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _lifeToken);
        while (!_delivery.IsCompleted)
        {
            var before = Interlocked.Read(ref _undelivered);
            try
            {
                await _delivery.WaitAsync(DrainLimit, _time, either.Token).ConfigureAwait(false);
            }
            catch (TimeoutException) when (Interlocked.Read(ref _undelivered) > before)
            {
                // Slow, but it moves.
            }
            catch (Exception error) when (error is TimeoutException or OperationCanceledException)
            {
                return;
            }
        }
    }

    private void DropInbox()
    {
        lock (_inboxGate)
        {
            _inboxClosed = true;
            while (_inbox.TryDequeue(out var message))
                Release(message);
            foreach (var early in _early.Values)
                Release(early);
            _early.Clear();
        }
        _inboxRoom.Set();
    }
}
