using System.Buffers;
using System.Runtime.ExceptionServices;
using Postern.Protocol.Messages;

namespace Postern.Protocol.DataStream;

// Delivery in order and once. It does not belong to a socket: a receiver may be busy while one is lost and the next attached.
public sealed partial class DataStream
{
    /// <summary>Before channel_closed is reported, a person's end may take this long for each message still waiting.</summary>
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(5);

    private readonly record struct Received(long Sequence, Guid MessageId, PayloadType Type, byte[] Buffer, int Length, bool Acknowledged)
    {
        /// <summary>What a message costs, header included, so that a flood of tiny ones is bounded too.</summary>
        public int Cost => Length + AgentMessageHeader.Size;
        public ReadOnlyMemory<byte> Payload => Buffer.AsMemory(0, Length);
    }

    private readonly Lock _inboxGate = new();
    private readonly Queue<Received> _inbox = new();
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
                Admit(Copy(header, payload, acknowledged: false));
                while (_early.Remove(_expected, out var early))
                {
                    _earlyBytes -= early.Cost;
                    Admit(early);
                }
                deliver = !_delivering;
                _delivering = true;
            }
        }
        if (acknowledge)
            Acknowledge(sequence, header.MessageId);
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
                    if (first && !message.Acknowledged)
                        Acknowledge(message.Sequence, message.MessageId);
                    await _receiver.OnStreamAsync(message.Type, message.Payload, _lifeToken).ConfigureAwait(false);
                    EndDelivery(message);
                    if (!first && !message.Acknowledged)
                        Acknowledge(message.Sequence, message.MessageId);
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(message.Buffer);
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
        _early.Add(header.SequenceNumber, Copy(header, payload, acknowledged: true));
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

    private static Received Copy(in AgentMessageHeader header, ReadOnlySpan<byte> payload, bool acknowledged)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(payload.Length);
        payload.CopyTo(buffer);
        return new Received(header.SequenceNumber, header.MessageId, header.PayloadType, buffer, payload.Length, acknowledged);
    }

    private async Task DrainAsync()
    {
        while (!_delivery.IsCompleted)
        {
            var before = Interlocked.Read(ref _undelivered);
            try
            {
                await _delivery.WaitAsync(DrainLimit, _time, _lifeToken).ConfigureAwait(false);
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
                ArrayPool<byte>.Shared.Return(message.Buffer);
            foreach (var early in _early.Values)
                ArrayPool<byte>.Shared.Return(early.Buffer);
            _early.Clear();
        }
        _inboxRoom.Set();
    }
}
