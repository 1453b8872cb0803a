using Postern.Protocol.Messages;
using Postern.Protocol.Recordings;
using Postern.Server.Recordings;
using Postern.Server.Sessions;

namespace Postern.Server.Gateway;

/// <summary>
/// Joins the two ends of one session: messages pass as they came. Reliability is the ends' own; what is here can be lost at any moment
/// and is sent again by its owner. What the relay adds are cures for races inside the stock ends.
/// </summary>
internal sealed partial class SessionRelay
{
    private readonly LiveSession _session;
    private readonly RelayOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly HandshakeGate _gate;
    private readonly LostAckWatch? _watch;
    private readonly SessionRecording? _recording;
    private readonly OutboundLane _toAgent, _toClient;
    private readonly AckMemory _ackedByClient, _ackedByAgent;
    private readonly Action<SessionRelay> _forget;
    private readonly CancellationTokenSource _stop = new();
    private bool _clientCame;

    /// <param name="session">Live. One taken over from an earlier process gets a memory that begins in the middle.</param>
    /// <param name="options">Limits and times.</param>
    /// <param name="time">Clock of all waits.</param>
    /// <param name="log">Of the gateway.</param>
    /// <param name="forget">Called once, when nothing is left to be done.</param>
    /// <param name="recording">Of the session; null: it is not recorded.</param>
    public SessionRelay(LiveSession session, RelayOptions options, TimeProvider time, ILogger log, Action<SessionRelay> forget, SessionRecording? recording = null)
    {
        _recording = recording;
        (_session, _options, _time, _log, _forget) = (session, options, time, log, forget);
        var fromStart = !session.IsTakenOver;
        _gate = new HandshakeGate(options, time, session.Row.IsMultiplexed, fromStart);
        _watch = fromStart ? null : new LostAckWatch();
        _toAgent = new OutboundLane(options, null, null, time);
        _toClient = new OutboundLane(options, _gate, _watch, time);
        (_ackedByClient, _ackedByAgent) = (new AckMemory(fromStart), new AckMemory(fromStart));
        if (session.IsTakenOver)
            recording?.Follow(_ackedByAgent.FirstMissing, _ackedByClient.FirstMissing);
        _recording?.KnowAcknowledged(_ackedByAgent.Contains);
        Over = RunAsync();
    }

    public string SessionId => _session.Id;
    public string NodeId => _session.NodeId;

    /// <summary>Completes when both ends are gone after the session's end, or the gateway stops.</summary>
    public Task Over { get; }

    /// <summary>
    /// Gives an end its socket and reads it until it is closed. The caller owns the socket and closes it afterwards. False: the relay is
    /// over, and the socket was not touched.
    /// </summary>
    public async Task<bool> RunSocketAsync(ChannelSocket socket, SessionSide side)
    {
        var lane = side == SessionSide.Client ? _toClient : _toAgent;
        bool attached = false, silent = false;
        try
        {
            attached = await lane.AttachAsync(socket, socket.Aborted);
            if (!attached)
                return false;
            if (side == SessionSide.Client)
            {
                Volatile.Write(ref _clientCame, true);
                _inputNumbers.Forget();
            }
            Log.Attached(_log, SessionId, side);
            await TellAsync(lane, side, silent: false, socket.Aborted);
            await ReceiveAsync(socket, side);
        }
        catch (Exception e) when (ChannelSocket.IsSocketEnd(e))
        {
            silent = ChannelSocket.IsSilent(e);
        }
        finally
        {
            // One that was replaced leaves nothing to tell; one that put another out and did not get in itself does.
            if (attached ? lane.Detach(socket) : lane.Socket is null)
            {
                Log.Detached(_log, SessionId, side, socket.Reason ?? "Closed by its peer.");
                if (!_stop.IsCancellationRequested) // a gateway that stops lets go of both ends itself
                    await TellAsync(lane, side, silent, CancellationToken.None);
            }
        }
        return true;
    }

    /// <summary>Lets go of both ends without ending the session.</summary>
    public Task StopAsync()
    {
        _stop.Cancel();
        _toAgent.Socket?.Abort("The gateway stops.");
        _toClient.Socket?.Abort("The gateway stops.");
        return Over;
    }

    /// <summary>Tells the session whether an end is there, until what was told last is still true: sockets come and go on threads of their own.</summary>
    private async Task TellAsync(OutboundLane lane, SessionSide side, bool silent, CancellationToken cancellationToken)
    {
        bool here;
        do
        {
            here = lane.Socket is not null;
            await _session.PostAsync(here ? new SessionEvent.Attached(side) : new SessionEvent.Detached(side, silent), cancellationToken);
        }
        while (here != lane.Socket is not null);
    }

    private async Task RunAsync()
    {
        await Task.Yield(); // the constructor goes on first
        using var pumping = new CancellationTokenSource();
        SessionEnd? ended = null;
        var pumps = Task.WhenAll(_toAgent.PumpAsync(pumping.Token), _toClient.PumpAsync(pumping.Token));
        try
        {
            ended = await _session.Ending.WaitAsync(_stop.Token);
            await EndAsync(ended);
        }
        catch (OperationCanceledException)
        {
            // The gateway stops; the ends come back to the next process.
        }
        finally
        {
            _toAgent.Socket?.Abort("The session is over.");
            _toClient.Socket?.Abort("The session is over.");
            await pumping.CancelAsync();
            await pumps;
            if (ended is not null)
                _recording?.Close(new RecordingEnd { EndedAt = _time.GetUtcNow().ToUnixTimeMilliseconds(), Reason = ended.Output });
            _forget(this);
        }
    }
}
