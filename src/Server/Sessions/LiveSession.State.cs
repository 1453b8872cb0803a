namespace Postern.Server.Sessions;

internal sealed partial class LiveSession
{
    private static readonly TimeSpan Never = TimeSpan.MaxValue;

    private readonly byte[]? _task;
    private SessionState _state;
    private bool _agentHere, _clientHere, _agentRequested, _agentCame, _agentSeen, _closePosted, _changedElsewhere;
    private int _repetitions;
    // Deadlines, in time since this object was made.
    private TimeSpan _agentDue, _clientDue, _offlineDue = Never, _maxDue = Never, _endDue = Never, _repeatEnd = Never;
    private TimeSpan _agentAway;
    private PlannedEnd? _end;
    private SessionEvent.TaskCompleted? _completed;

    /// <param name="Final">Terminated waits for the node's report, Failed does not.</param>
    private sealed record PlannedEnd(SessionState Final, string Details, string Output);

    private void SetFirstDeadlines(bool restored)
    {
        var age = _time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(Row.StartedAt);
        _agentCame = restored && _state != SessionState.Connecting;
        _agentRequested = restored;
        _agentDue = _agentCame ? _options.AfterRestart : Later(_options.AgentStart, age, restored);
        _clientDue = _agentCame ? ClientReturn() : Later(_options.ClientStart, age, restored);
        if (Row.MaxDuration is { } max)
            _maxDue = TimeSpan.FromMilliseconds(max) - age;
        if (_state == SessionState.Terminating)
            _end = new PlannedEnd(SessionState.Terminated, Row.Details ?? "", Row.Output ?? "");
    }

    /// <summary>
    /// After a restart. A client that was here then may be asleep by now, and comes back when it wakes; one that was away has what was left of its time,
    /// but could not come while the gateway was down.
    /// </summary>
    private TimeSpan ClientReturn()
    {
        if (_state != SessionState.Disconnected)
            return _options.ClientSilent;
        var left = Row.ClientBackBy is { } by ? DateTimeOffset.FromUnixTimeMilliseconds(by) - _time.GetUtcNow() : TimeSpan.Zero;
        return left > _options.AfterRestart ? left : _options.AfterRestart;
    }

    private TimeSpan Later(TimeSpan limit, TimeSpan age, bool restored)
        => restored && limit - age < _options.AfterRestart ? _options.AfterRestart : limit - age;

    private void Note(SessionEvent happened)
    {
        switch (happened)
        {
            case SessionEvent.AgentRequested:
                _agentRequested = true;
                break;
            case SessionEvent.Attached { Side: SessionSide.Agent }:
                (_agentHere, _agentCame, _agentSeen, _agentRequested, _agentDue) = (true, true, true, true, Never);
                break;
            case SessionEvent.Attached:
                (_clientHere, _clientDue) = (true, Never);
                break;
            case SessionEvent.Detached { Side: SessionSide.Agent } lost:
                _agentHere = false;
                _agentAway = lost.Silent ? _options.AgentSilent : Unused ? _options.AgentAwayUnused : _options.AgentAway;
                _agentDue = Now + _agentAway;
                break;
            case SessionEvent.Detached gone:
                _clientHere = false;
                _clientDue = Now + (gone.Silent ? _options.ClientSilent : _options.ClientAway);
                break;
            case SessionEvent.Terminate terminate:
                _end ??= new PlannedEnd(SessionState.Terminated, terminate.Details, terminate.Output);
                break;
            case SessionEvent.Fail fail:
                _end ??= new PlannedEnd(SessionState.Failed, fail.Reason, fail.Reason);
                break;
            case SessionEvent.TaskCompleted completed:
                _completed ??= completed;
                break;
            case SessionEvent.NodeAttached:
                _offlineDue = Never;
                _closePosted = false;
                if (!_agentRequested)
                    PostTask();
                break;
            case SessionEvent.ChangedElsewhere:
                _changedElsewhere = true;
                break;
            case SessionEvent.Marker marker:
                _markers.Add(marker);
                break;
            case SessionEvent.NodeDetached:
                _offlineDue = Now + _options.OfflineStart;
                break;
        }
    }

    /// <summary>Decides what the notes and the clock ask for, and does it. Safe to call again after a failure.</summary>
    private async Task AdvanceAsync(CancellationToken cancellationToken)
    {
        if (_changedElsewhere)
            await AdoptAsync(cancellationToken);
        if (_state.IsEnded())
            return;
        RepeatTask();
        PlanEnd();
        if (_end is not null || (_agentHere && _clientHere))
            _starting?.Dispose();
        if (_end is { } end)
        {
            try
            {
                await EndAsync(end, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // The table cannot be written, it may be for the very reason that the session ends for: both ends are told all the same, and the table when it can be.
                _ending.TrySetResult(new SessionEnd(end.Output, TellAgent: _completed is null));
                throw;
            }
            return;
        }
        if (_state == SessionState.Connected && !_clientHere)
            await ChangeAsync(SessionState.Disconnected, null, null, cancellationToken);
        else if (_clientHere && (_state == SessionState.Disconnected || (_state == SessionState.Connecting && _agentHere)))
            await ChangeAsync(SessionState.Connected, null, null, cancellationToken);
    }

    private async Task EndAsync(PlannedEnd end, CancellationToken cancellationToken)
    {
        if (_completed is not null || end.Final == SessionState.Failed || Now >= _endDue)
        {
            await ChangeAsync(end.Final, end.Details, end.Output, cancellationToken);
            _ending.TrySetResult(new SessionEnd(end.Output, _completed is null));
            if (_completed is null && !_agentHere)
                PostClose();
            return;
        }
        if (_state != SessionState.Terminating)
            await ChangeAsync(SessionState.Terminating, end.Details, end.Output, cancellationToken);
        if (_endDue == Never)
            (_endDue, _repeatEnd) = (Now + _options.Termination, _agentHere ? Now + _options.RepeatTermination : TimeSpan.Zero);
        _ending.TrySetResult(new SessionEnd(end.Output, TellAgent: true));
        if (Now >= _repeatEnd) // at once when there was no data channel to tell it on
            PostClose();
        // A node that never took the task has nothing to report.
        if (!_agentRequested && !_agentCame)
            await ChangeAsync(SessionState.Terminated, null, null, cancellationToken);
    }

    private async Task ChangeAsync(SessionState to, string? details, string? output, CancellationToken cancellationToken)
    {
        if (await _store.ChangeStateAsync(Id, _state, to, details, output, Traffic, to == SessionState.Disconnected ? _time.GetUtcNow() + (_clientDue - Now) : null, cancellationToken))
        {
            Log.StateChanged(_log, Id, _state, to, details ?? "");
            var from = _state;
            _state = to;
            _changed?.Invoke(this, from, to, details ?? _end?.Details ?? "");
            return;
        }
        await AdoptAsync(cancellationToken);
        _events.Writer.TryWrite(SessionEvent.Tick.Instance); // decide again
    }

    /// <summary>Another gateway changed it, or the row is gone: what the table says counts.</summary>
    private async Task AdoptAsync(CancellationToken cancellationToken)
    {
        var row = await _store.FindAsync(Id, cancellationToken);
        _state = row?.Status ?? SessionState.Terminated;
        _changedElsewhere = false;
        if (_state.IsEnded())
            _ending.TrySetResult(new SessionEnd(row?.Output ?? "", TellAgent: true));
        else if (_state == SessionState.Terminating)
            _end ??= new PlannedEnd(SessionState.Terminated, row!.Details ?? "Terminated by another gateway.", row.Output ?? "");
    }

    private void PostTask()
    {
        if (_task is not null)
            _nodes.TryPost(NodeId, _task);
    }

    private void PostClose()
    {
        if (!_closePosted)
            _closePosted = _nodes.TryPost(NodeId, SessionTasks.Close(Id, NodeId, _time));
    }
}
