using System.Globalization;

namespace Postern.Server.Sessions;

internal sealed partial class LiveSession
{
    /// <summary>A single connection through which nothing has passed yet. AWS's agent dies of a destination that refuses; ours has merely lost its connection.</summary>
    private bool Unused => !_ownAgent && Row.IsSingleConnection && !IsTakenOver && Volatile.Read(ref _lastData) == _created;

    private TimeSpan IdleDue => Row.IdleTimeout is { } idle
        ? _time.GetElapsedTime(_created, Volatile.Read(ref _lastData)) + TimeSpan.FromMilliseconds(idle)
        : Never;

    private void RepeatTask()
    {
        if (_agentRequested || _repetitions >= _options.RepeatTask.Count || Now < _options.RepeatTask[_repetitions])
            return;
        _repetitions++;
        PostTask();
    }

    /// <summary>The first deadline that has passed decides how the session ends.</summary>
    private void PlanEnd()
    {
        var now = Now;
        if (_end is null && _completed is { } completed)
            _end = completed.Success
                ? new PlannedEnd(SessionState.Terminated, NodeText.Details(Or(completed.Output, "The session ended on the node.")), completed.Output)
                : Failed(Or(completed.Output, $"The agent on {NodeId} reported that the session failed, and gave no reason."));
        else if (_completed is { Success: false } failed && _end is { Final: SessionState.Terminated, Output: "" })
            _end = _end with { Final = SessionState.Failed, Output = failed.Output };
        if (_end is not null)
            return;
        if (!_agentHere && now >= _agentDue)
            _end = Failed(_agentCame ? AgentGone() : $"The agent on {NodeId} did not open a data channel within {Text(_options.AgentStart)}. It may be busy, or it could not read the request.");
        else if (!_agentCame && now >= _offlineDue)
            _end = Failed($"{NodeId} went offline before the session began.");
        else if (!_clientHere && now >= _clientDue)
            _end = new PlannedEnd(SessionState.Terminated, "The client was gone and did not come back.", "");
        else if (now >= _maxDue)
            _end = TimedOut($"The session reached its maximum duration of {Text(TimeSpan.FromMilliseconds(Row.MaxDuration!.Value))}.");
        else if (now >= IdleDue)
            _end = TimedOut($"The session was idle for {Text(TimeSpan.FromMilliseconds(Row.IdleTimeout!.Value))}.");
    }

    private string AgentGone()
    {
        if (Unused)
            return $"Connection to destination port failed: the agent on {NodeId} closed the data channel before anything was sent, as it does when nothing listens there.";
        return IsTakenOver && !_agentSeen
            ? $"The agent on {NodeId} did not come back within {Text(_options.AfterRestart)} after the gateway was restarted."
            : $"The agent on {NodeId} lost the data channel and did not come back within {Text(_agentAway)}: it was killed, or its network is down.";
    }

    private static PlannedEnd TimedOut(string reason) => new(SessionState.Terminated, reason, reason);

    private static PlannedEnd Failed(string reason) => new(SessionState.Failed, NodeText.Details(reason), reason);

    private static string Or(string text, string otherwise) => text.Length > 0 ? text : otherwise;

    private static string Text(TimeSpan limit) => limit.TotalMinutes >= 2
        ? string.Create(CultureInfo.InvariantCulture, $"{limit.TotalMinutes:0.#} minutes")
        : string.Create(CultureInfo.InvariantCulture, $"{limit.TotalSeconds:0.#} seconds");

    /// <summary>Sets the timer to the next deadline.</summary>
    private void Arm()
    {
        var now = Now;
        var next = Never;
        Earliest(_endDue);
        if (_end is not null && !_closePosted && _repeatEnd > now)
            Earliest(_repeatEnd);
        if (_end is null)
        {
            if (!_agentHere) Earliest(_agentDue);
            if (!_clientHere) Earliest(_clientDue);
            if (!_agentCame) Earliest(_offlineDue);
            if (!_agentRequested && _repetitions < _options.RepeatTask.Count) Earliest(_options.RepeatTask[_repetitions]);
            Earliest(_maxDue);
            Earliest(IdleDue);
        }
        // Timers count whole milliseconds and may fire one early: at least one is waited for, so that the session cannot spin.
        var wait = next == Never ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling((next - now).TotalMilliseconds), 1, int.MaxValue));
        _timer.Change(wait, Timeout.InfiniteTimeSpan);

        void Earliest(TimeSpan due)
        {
            if (due < next)
                next = due;
        }
    }
}
