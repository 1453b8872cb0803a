using System.Threading.Channels;
using Postern.Server.Nodes;

namespace Postern.Server.Sessions;

/// <summary>
/// A session that has not ended, in the memory of the gateway that looks after it: the only one who changes its state here. What
/// happens to it comes in as events and is noted; then one method decides from the notes and the clock. So a database that
/// is away for a moment delays a change and loses none.
/// </summary>
internal sealed partial class LiveSession : IAsyncDisposable
{
    /// <summary>Events wait here; whoever posts one to a full queue waits too.</summary>
    private const int MaxEvents = 64;
    private static readonly TimeSpan RetryAfterFailure = TimeSpan.FromSeconds(1);

    private readonly SessionStore _store;
    private readonly NodeConnections _nodes;
    private readonly SessionLimits _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Action<LiveSession> _forget;
    private readonly Action<LiveSession, SessionState, SessionState, string>? _changed;
    private readonly IDisposable? _starting;
    private readonly bool _ownAgent;
    private readonly Channel<SessionEvent> _events = Channel.CreateBounded<SessionEvent>(new BoundedChannelOptions(MaxEvents) { SingleReader = true });
    private readonly TaskCompletionSource<SessionEnd> _ending = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<SessionEvent.Marker> _markers = [];
    private readonly long _created;
    private readonly ITimer _timer;
    private readonly Task _loop;
    private long _lastData;

    /// <param name="row">The session; it must be live.</param>
    /// <param name="task">The message that asks the node for it; null when the node was asked before the gateway was restarted.</param>
    /// <param name="store">Where the state is changed.</param>
    /// <param name="nodes">The mailboxes of nodes.</param>
    /// <param name="options">Limits and times.</param>
    /// <param name="time">Clock of all deadlines.</param>
    /// <param name="log">Of the sessions.</param>
    /// <param name="forget">Called once, when the session is over here.</param>
    /// <param name="changed">Told of each change of state that was made here: from, to, and details.</param>
    /// <param name="ownAgent">The node has our agent, which says why a destination cannot be reached.</param>
    /// <param name="starting">Its place among the starts in progress.</param>
    public LiveSession(SessionRow row, byte[]? task, SessionStore store, NodeConnections nodes, SessionLimits options, TimeProvider time, ILogger log, Action<LiveSession> forget, bool ownAgent = false,
        Action<LiveSession, SessionState, SessionState, string>? changed = null, IDisposable? starting = null)
    {
        Row = row;
        _forget = forget;
        _changed = changed;
        _ownAgent = ownAgent;
        _starting = starting;
        (_task, _store, _nodes, _options, _time, _log) = (task, store, nodes, options, time, log);
        _state = row.Status;
        _created = _lastData = time.GetTimestamp();
        _savedTraffic = new SessionTraffic(row.BytesToNode, row.BytesToClient);
        SetFirstDeadlines(restored: task is null);
        _timer = time.CreateTimer(static session => ((LiveSession)session!)._events.Writer.TryWrite(SessionEvent.Tick.Instance), this,
            Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _loop = RunAsync();
    }

    /// <summary>As it was when the session was started or loaded; its state is not kept up to date.</summary>
    public SessionRow Row { get; }
    public string Id => Row.Id;
    public string NodeId => Row.NodeId;

    /// <summary>An earlier process of the gateway started it.</summary>
    public bool IsTakenOver => _task is null;

    /// <summary>Completes when the session begins to end: both ends must be told. Cancelled when the gateway stops first.</summary>
    public Task<SessionEnd> Ending => _ending.Task;

    /// <summary>Completes when the session is over, or the gateway stops.</summary>
    public Task Over => _loop;

    /// <summary>Stream data has passed: the session is not idle.</summary>
    public void Touch() => Volatile.Write(ref _lastData, _time.GetTimestamp());

    /// <summary>Notes an event; nothing happens when the session is over.</summary>
    public async ValueTask PostAsync(SessionEvent happened, CancellationToken cancellationToken)
    {
        while (await _events.Writer.WaitToWriteAsync(cancellationToken))
            if (_events.Writer.TryWrite(happened))
                return;
    }

    /// <summary>Completes when everything posted before has been decided on and is in the database.</summary>
    public async Task DecidedAsync(CancellationToken cancellationToken)
    {
        var marker = new SessionEvent.Marker(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await PostAsync(marker, cancellationToken);
        await Task.WhenAny(marker.Reached.Task, Over).WaitAsync(cancellationToken);
    }

    /// <summary>Stops without ending the session: its row stays live, and both ends come back to the next process.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
    }

    private TimeSpan Now => _time.GetElapsedTime(_created);

    private async Task RunAsync()
    {
        await Task.Yield(); // the constructor goes on first
        try
        {
            while (!_state.IsEnded())
            {
                try
                {
                    await AdvanceAsync(_stop.Token);
                    Arm();
                    ReachMarkers();
                }
                catch (Exception e) when (e is not OperationCanceledException || !_stop.IsCancellationRequested)
                {
                    Log.StateChangeFailed(_log, Id, e);
                    _timer.Change(RetryAfterFailure, Timeout.InfiniteTimeSpan);
                }
                if (_state.IsEnded())
                    break;
                var happened = await _events.Reader.ReadAsync(_stop.Token);
                do
                    Note(happened);
                while (_events.Reader.TryRead(out happened!));
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            _ending.TrySetCanceled(CancellationToken.None);
        }
        finally
        {
            _starting?.Dispose();
            _events.Writer.TryComplete();
            await _timer.DisposeAsync();
            _forget(this);
        }
    }

    private void ReachMarkers()
    {
        foreach (var marker in _markers)
            marker.Reached.TrySetResult();
        _markers.Clear();
    }
}
