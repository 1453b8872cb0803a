using System.Net.WebSockets;
using System.Runtime.ExceptionServices;
using Postern.Protocol.Messages;

namespace Postern.Protocol.DataStream;

/// <summary>
/// The reliable stream of one session end: numbers, acknowledges, resends. It outlives its sockets: state stays when one is lost
/// and goes on with the next. A message enters the list of unacknowledged ones before it is sent, duplicates are always
/// acknowledged again. One owner calls <see cref="RunAsync"/>; any thread may send.
/// </summary>
public sealed partial class DataStream : IAsyncDisposable
{
    private readonly DataStreamOptions _options;
    private readonly IDataStreamReceiver _receiver;
    private readonly TimeProvider _time;
    private readonly AgentMessageType _sentType, _receivedType;

    /// <summary>Ends with the session: on channel_closed, a receiver's failure or disposal.</summary>
    private readonly CancellationTokenSource _life = new();
    private readonly CancellationToken _lifeToken;

    /// <summary>Guards everything about sending and the present socket. Held for moments only, never while waiting.</summary>
    private readonly Lock _gate = new();
    private SocketAttachment? _attachment;
    private bool _running, _ended, _channelClosed;
    private long _dropped;

    public DataStream(DataStreamOptions options, IDataStreamReceiver receiver, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.SendWindow);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.EarlyLimit);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.ResendTick, TimeSpan.Zero);
        _options = options;
        _receiver = receiver;
        _time = time;
        _lifeToken = _life.Token;
        (_sentType, _receivedType) = options.Side == StreamSide.Agent
            ? (AgentMessageType.OutputStreamData, AgentMessageType.InputStreamData)
            : (AgentMessageType.InputStreamData, AgentMessageType.OutputStreamData);
        _roundTrip = new RoundTrip(options.InitialTimeout, options.MaxTimeout);
        _window = new PathWindow(options.SendWindow, Math.Max(options.SendWindow, options.LargestSendWindow), options.Budget);
        _ackTimer = time.CreateTimer(static stream => ((DataStream)stream!).OnAckTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _tickTimer = time.CreateTimer(static stream => ((DataStream)stream!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Messages sent and not yet acknowledged.</summary>
    public int Unacknowledged
    {
        get
        {
            lock (_gate)
                return _ring.Count;
        }
    }

    /// <summary>
    /// How long a person's end may take for each message that still waits when channel_closed arrives, before the rest is thrown away;
    /// <see cref="Timeout.InfiniteTimeSpan"/> to wait until the caller of <see cref="RunAsync"/> cancels.
    /// </summary>
    public TimeSpan DrainLimit { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Messages received and thrown away: malformed, of a wrong type or digest, or too early to be kept.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Messages written more than once, on the same socket or a later one.</summary>
    public long Resent
    {
        get
        {
            lock (_gate)
                return _resent;
        }
    }

    /// <summary>The shortest round trip to the other end and back on the present socket; zero while none was measured.</summary>
    public TimeSpan RoundTrip => new(Interlocked.Read(ref _shortestTrip));

    /// <summary>Unacknowledged bytes that may be under way at the moment.</summary>
    internal int Window
    {
        get
        {
            lock (_gate)
                return _window.Size;
        }
    }

    /// <summary>
    /// Reads and writes one socket until it ends; resends what the last one lost. Must not overlap with itself. The socket stays the
    /// caller's to dispose; it cannot be used any more. Throws what the receiver threw.
    /// </summary>
    public async Task<SocketEnd> RunAsync(WebSocket socket, CancellationToken cancellationToken)
    {
        using var attachment = new SocketAttachment(socket, _time, cancellationToken, _lifeToken);
        if (!TryAttach(attachment))
            return EndOf(cancellationToken);
        var writing = WriteLoopAsync(attachment);
        ChannelClosedContent? closed = null;
        try
        {
            closed = await ReadAsync(attachment).ConfigureAwait(false);
        }
        catch (Exception error) when (SocketAttachment.IsLoss(error))
        {
            // The normal end of a data channel (a socket that got no pong aborts itself), or we were told to stop: told apart below.
        }
        finally
        {
            Detach(attachment);
            attachment.End();
            await writing.ConfigureAwait(false);
            lock (_gate)
                _running = false;
        }
        if (closed is not null)
            await CloseAsync(closed, cancellationToken).ConfigureAwait(false);
        _fault?.Throw();
        return EndOf(cancellationToken);
    }

    /// <summary>Ends the stream: sends fail, waiters are released. A call to the receiver that is under way is cancelled, not awaited.</summary>
    public ValueTask DisposeAsync()
    {
        End();
        return ValueTask.CompletedTask;
    }

    private bool TryAttach(SocketAttachment attachment)
    {
        lock (_gate)
        {
            if (_running)
                throw new InvalidOperationException("The data stream already has a socket; end that one first.");
            _fault?.Throw();
            if (_ended)
                return false;
            _running = true;
            _attachment = attachment;
            _passesLarge = attachment.Socket.SubProtocol == DataStreamOptions.LargeMessages;
            BeginSocket();
            return true;
        }
    }

    private void Detach(SocketAttachment attachment)
    {
        lock (_gate)
        {
            attachment.WritesEnded = true;
            _attachment = null;
            DropControls();
        }
        _writerWake.Set();
    }

    private SocketEnd EndOf(CancellationToken cancellationToken) =>
        _channelClosed ? SocketEnd.ChannelClosed
        : _ended || cancellationToken.IsCancellationRequested ? SocketEnd.Cancelled
        : SocketEnd.Lost;

    private async Task CloseAsync(ChannelClosedContent closed, CancellationToken cancellationToken)
    {
        // A person shall see all that came before the end; a node shall stop at once.
        if (_options.Side == StreamSide.Client)
            await DrainAsync(cancellationToken).ConfigureAwait(false);
        _channelClosed = true;
        End();
        await _delivery.ConfigureAwait(false);
        await _receiver.OnChannelClosedAsync(closed).ConfigureAwait(false);
    }

    private void Fail(Exception error)
    {
        Interlocked.CompareExchange(ref _fault, ExceptionDispatchInfo.Capture(error), null);
        End();
    }

    /// <summary>The one place where a stream ends; safe to call again.</summary>
    private void End()
    {
        lock (_gate)
        {
            if (_ended)
                return;
            _ended = true;
            _endedWhole = _ring.Count == 0;
            _drained?.TrySetResult(false);
            DropControls();
            ReleaseUnacknowledged();
            _window.Shrink();
        }
        _tickTimer.Dispose();
        _ackTimer.Dispose();
        DropInbox();
        _life.Cancel();
        _windowOpen.Set();
    }
}
