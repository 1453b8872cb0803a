using System.Text.Json;
using Postern.Protocol.Messages;

namespace Postern.Server.Gateway;

/// <summary>
/// Decides when a message may go to the client, around the end of the handshake. A stock agent sends "ack of HandshakeResponse" and
/// HandshakeComplete from two threads, in either order, and throws away input that meets it before it has noted the end; a stock
/// client's reader dies of any message between HandshakeComplete and the end of its own set-up. So:
/// <list type="number">
/// <item>HandshakeComplete waits for the agent's ack of the client's last handshake message to pass, and with a stock agent a moment more;</item>
/// <item>then a stock client gets nothing until it speaks (multiplexed sessions) or for a moment (others);</item>
/// <item>channel_closed waits a longer moment.</item>
/// </list>
/// Ends of our own announce themselves in the handshake and are not held.
/// </summary>
/// <param name="multiplexed">Whether the document asks for a multiplexed session; old versions of either end decide against it.</param>
/// <param name="fromStart">False: the relay was rebuilt, and the client may be past its set-up.</param>
internal sealed class HandshakeGate(RelayOptions options, TimeProvider time, bool multiplexed, bool fromStart)
{
    private static readonly Version FirstMuxClient = new(1, 1, 70, 0), LastPlainAgent = new(3, 0, 196, 0);

    private readonly Lock _lock = new();
    private readonly bool _unknown = !fromStart;
    private PosternOffer? _offered, _agreed;
    private bool _multiplexed = multiplexed, _ourAgent, _ourClient, _closing, _clientSpoke, _once = !fromStart;
    private long? _awaited; // the client's last handshake message
    private long _ackSent, _heldSince, _completeSent; // timestamps; 0: has not happened

    /// <summary>HandshakeRequest came from the agent.</summary>
    public void Requested(ReadOnlySpan<byte> payload)
    {
        if (Read(payload, MessagesJsonContext.Default.HandshakeRequestContent) is not { } request)
            return;
        lock (_lock)
        {
            _offered = request.Postern;
            _ourAgent = _offered is not null;
            _multiplexed &= !Version.TryParse(request.AgentVersion, out var version) || version > LastPlainAgent;
        }
    }

    /// <summary>HandshakeResponse came from the client.</summary>
    public void Responded(long sequence, ReadOnlySpan<byte> payload)
    {
        var response = Read(payload, MessagesJsonContext.Default.HandshakeResponseContent);
        lock (_lock)
        {
            Await(sequence);
            _agreed = _offered is null ? null : response?.Postern;
            _ourClient = response?.Postern is not null;
            _multiplexed &= !Version.TryParse(response?.ClientVersion, out var version) || version >= FirstMuxClient;
        }
    }

    /// <summary>Both ends are our own: they look at digests themselves.</summary>
    public bool IsOurs => Volatile.Read(ref _agreed) is not null;

    /// <summary>The ends agreed on messages without digest, or may have before this process began.</summary>
    public bool AllowsNoDigest => _unknown || (Volatile.Read(ref _agreed) is { NoDigest: true } && _offered is { NoDigest: true });

    /// <summary>The same for acknowledgements of all messages up to a number.</summary>
    public bool AllowsCumulativeAcks => _unknown || (Volatile.Read(ref _agreed) is { CumulativeAcks: true } && _offered is { CumulativeAcks: true });

    /// <summary>EncChallengeResponse came from the client: its ack races HandshakeComplete in the same way.</summary>
    public void Challenged(long sequence)
    {
        lock (_lock)
            Await(sequence);
    }

    /// <summary>Input came from the client. True when that opens the gate.</summary>
    public bool ClientSpoke()
    {
        lock (_lock)
        {
            if (_completeSent == 0 || _clientSpoke)
                return false;
            return _clientSpoke = true;
        }
    }

    /// <summary>The client has a new socket: HandshakeComplete may have been lost with the old one, so waiting for the client to speak could last for ever.</summary>
    public void ClientReplaced()
    {
        lock (_lock)
            _once |= _completeSent != 0;
    }

    /// <summary>A message was put on the client's socket.</summary>
    public void Sent(FrameKind kind, long sequence)
    {
        lock (_lock)
        {
            if (kind == FrameKind.Acknowledge && sequence == _awaited && _ackSent == 0)
                _ackSent = Stamp();
            if (kind != FrameKind.HandshakeComplete)
                return;
            _once |= _completeSent != 0; // repeated: the client may be long past its set-up, so it need not speak
            (_completeSent, _heldSince) = (Stamp(), 0);
        }
    }

    /// <summary>The session ends: the client need not speak any more.</summary>
    public void Close()
    {
        lock (_lock)
            _closing = true;
    }

    /// <summary>How long a message must wait; zero: it may go, infinite: until something happens.</summary>
    public TimeSpan WaitOf(FrameKind kind)
    {
        lock (_lock)
        {
            if (_completeSent != 0)
                return _ourClient ? TimeSpan.Zero : AfterComplete(kind);
            return kind == FrameKind.HandshakeComplete ? BeforeComplete() : TimeSpan.Zero;
        }
    }

    private TimeSpan BeforeComplete()
    {
        if (_heldSince == 0)
            _heldSince = Stamp();
        if (_awaited is null)
            return TimeSpan.Zero; // rebuilt in the middle: the order was kept, or lost, before
        if (_ackSent == 0)
            return Rest(_heldSince, options.LongestHold);
        return _ourAgent ? TimeSpan.Zero : Rest(_ackSent, options.AgentSettles);
    }

    private TimeSpan AfterComplete(FrameKind kind)
    {
        if (kind == FrameKind.ChannelClosed)
            return Rest(_completeSent, options.CloseSettles);
        if (_clientSpoke && _multiplexed)
            return TimeSpan.Zero;
        if (!_multiplexed)
            return Rest(_completeSent, options.ClientSettles);
        return _once || _closing ? Rest(_completeSent, options.CloseSettles) : Timeout.InfiniteTimeSpan;
    }

    private void Await(long sequence)
    {
        if (_completeSent == 0 && _awaited != sequence)
            (_awaited, _ackSent) = (sequence, 0);
    }

    private long Stamp() => Math.Max(1, time.GetTimestamp());

    private TimeSpan Rest(long since, TimeSpan limit)
    {
        var rest = limit - time.GetElapsedTime(since);
        return rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
    }

    private static T? Read<T>(ReadOnlySpan<byte> payload, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> shape) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(payload, shape);
        }
        catch (JsonException)
        {
            return null; // the other end will say so; here it counts as stock
        }
    }
}
