using System.Collections.Concurrent;
using Postern.Protocol.AwsJson;
using Postern.Protocol.Messages;
using Postern.Server.Nodes;
using Postern.Server.Storage;

namespace Postern.Server.Sessions;

/// <summary>The sessions this gateway looks after.</summary>
/// <param name="store">The table.</param>
/// <param name="nodes">The mailboxes of nodes.</param>
/// <param name="options">Limits and times.</param>
/// <param name="journal">Told of each change.</param>
/// <param name="time">Clock of all deadlines.</param>
/// <param name="log">Of the sessions.</param>
/// <param name="only">Other gateways share the table, and sessions of this one alone are taken over; null: nobody else does.</param>
internal sealed class LiveSessions(
    SessionStore store, NodeConnections nodes, SessionLimits options, SessionJournal journal, TimeProvider time, ILogger<LiveSessions> log, string? only = null) : IAsyncDisposable
{
    /// <summary>How many ended sessions a node that comes back is told about; tasks have to wait behind these.</summary>
    private const int MaxReminders = 40;

    private readonly ConcurrentDictionary<string, LiveSession> _sessions = new(StringComparer.Ordinal);
    // The same by node; a set is changed and copied under the lock. Nodes come and go by thousands, so none may look through all sessions.
    private readonly Dictionary<string, HashSet<LiveSession>> _byNode = new(StringComparer.Ordinal);
    // Of our agents only: AWS's says none.
    private readonly ConcurrentDictionary<string, string> _boots = new(StringComparer.Ordinal);
    private readonly Lock _adding = new();
    private bool _stopped;

    public int Count => _sessions.Count;

    /// <summary>All of them, as of now.</summary>
    public IReadOnlyCollection<LiveSession> Live => (IReadOnlyCollection<LiveSession>)_sessions.Values;

    /// <summary>The session when this gateway looks after it.</summary>
    public LiveSession? Find(string id) => _sessions.GetValueOrDefault(id);

    /// <param name="row">A session that was just started.</param>
    /// <param name="task">The message that asks the node for it.</param>
    /// <param name="place">Among the starts in progress; given back when the session has begun or ended.</param>
    public LiveSession Add(SessionRow row, byte[] task, IDisposable? place = null) => AddOrGet(row, task, place);

    /// <exception cref="AwsErrorException">LimitExceededException: there are too many live sessions.</exception>
    public void CheckLimits(string nodeId)
    {
        if (_sessions.Count >= options.MaxInAll)
            throw new AwsErrorException("LimitExceededException", $"This gateway has {options.MaxInAll} live sessions, as many as it may. End some, then try again.");
        if (CountOf(nodeId) >= options.MaxPerNode)
            throw new AwsErrorException("LimitExceededException", $"{nodeId} has {options.MaxPerNode} live sessions, as many as a node may. End some, then try again.");
    }

    /// <summary>
    /// The session when it is live; one that an earlier process started is taken over. Null when it has ended or never was, and when another gateway looks after it, which has the rest
    /// of it: its ends and its recording.
    /// </summary>
    public async ValueTask<LiveSession?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (_sessions.TryGetValue(id, out var session))
            return session;
        var row = await store.FindAsync(id, cancellationToken);
        return row is null || row.Status.IsEnded() || IsElsewhere(row) ? null : AddOrGet(row, null);
    }

    /// <summary>As <see cref="FindAsync"/>, also of another gateway, which cannot be reached: to end it.</summary>
    public async ValueTask<LiveSession?> FindToEndAsync(string id, CancellationToken cancellationToken)
    {
        if (_sessions.TryGetValue(id, out var session))
            return session;
        var row = await store.FindAsync(id, cancellationToken);
        return row is null || row.Status.IsEnded() ? null : AddOrGet(row, null);
    }

    /// <summary>Whether another gateway looks after a session.</summary>
    public bool IsElsewhere(SessionRow row) => only is not null && row.Gateway != only;

    /// <summary>Has sessions of this gateway that another one ended, or is ending, notice it.</summary>
    public async Task RecheckAsync(string gateway, CancellationToken cancellationToken)
    {
        var mine = Live.Where(session => session.Row.Gateway == gateway).ToList(); // before the table is read: whatever is in memory is in the table
        if (mine.Count == 0)
            return;
        var states = await store.LiveStatesAsync(gateway, cancellationToken);
        foreach (var session in mine)
            if (!states.TryGetValue(session.Id, out var state) || (state == SessionState.Terminating && !session.Ending.IsCompleted))
                await session.PostAsync(new SessionEvent.ChangedElsewhere(), cancellationToken);
    }

    /// <summary>Takes over what an earlier process of this gateway left.</summary>
    public async Task RestoreAsync(string gateway, CancellationToken cancellationToken)
    {
        var rows = await store.ListLiveAsync(gateway, cancellationToken);
        foreach (var row in rows)
            AddOrGet(row, null);
        if (rows.Count > 0)
            Log.Restored(log, rows.Count);
    }

    /// <summary>agent_task_complete from a node. Comes up to three times, twice with different ids, late, or never.</summary>
    public async Task CompleteTaskAsync(string nodeId, AgentTaskCompleteContent content, CancellationToken cancellationToken)
    {
        var row = await store.FindAsync(content.TaskId, cancellationToken);
        if (row is null)
            return;
        if (row.NodeId != nodeId)
        {
            Log.ForeignTask(log, row.Id, nodeId);
            return;
        }
        // It comes again until the node has read the answer; what is known already costs no write.
        if (row.AgentDone == 0)
            await store.MarkAgentDoneAsync(row.Id, Given(content.S3UrlSuffix), Given(content.CwlStream), cancellationToken);
        if (_sessions.TryGetValue(row.Id, out var session))
            await session.PostAsync(new SessionEvent.TaskCompleted(content.FinalTaskStatus == "Success", NodeText.Output(content.Output)), cancellationToken);
    }

    /// <summary>
    /// A node's control channel is there: sessions it was not asked for yet are asked for, ended ones it may still run are closed.
    /// A boot id (our agent only) that differs from the last one means that the node's sessions died with its earlier process.
    /// </summary>
    public async Task NodeAttachedAsync(string nodeId, string? bootId, CancellationToken cancellationToken)
    {
        SessionEvent happened = new SessionEvent.NodeAttached();
        if (bootId is not null)
        {
            _boots.TryGetValue(nodeId, out var earlier);
            _boots[nodeId] = bootId;
            if (earlier is not null && earlier != bootId)
                happened = new SessionEvent.Fail($"The agent on {nodeId} was restarted; its sessions ended with it.");
        }
        else
        {
            _boots.TryRemove(nodeId, out _); // AWS's agent has taken the place of ours
        }
        await PostToNodeSessionsAsync(nodeId, happened, cancellationToken);
        foreach (var ended in await store.ListEndedUnknownToNodeAsync(nodeId, MaxReminders, cancellationToken))
        {
            if (!nodes.TryPost(nodeId, SessionTasks.Close(ended.Id, nodeId, time)))
                return; // its mailbox is full: the rest is told the next time it attaches
            await store.MarkAgentDoneAsync(ended.Id, null, null, cancellationToken);
        }
    }

    public Task NodeDetachedAsync(string nodeId, CancellationToken cancellationToken)
        => PostToNodeSessionsAsync(nodeId, new SessionEvent.NodeDetached(), cancellationToken);

    /// <summary>The node is gone for good.</summary>
    public Task NodeRemovedAsync(string nodeId, string reason, CancellationToken cancellationToken)
    {
        _boots.TryRemove(nodeId, out _);
        return PostToNodeSessionsAsync(nodeId, new SessionEvent.Fail(reason), cancellationToken);
    }

    /// <summary>Stops looking after sessions; their rows stay live.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_adding)
            _stopped = true;
        var stopped = Live;
        await Task.WhenAll(stopped.Select(session => session.DisposeAsync().AsTask()));
        try
        {
            await SaveTrafficAsync(stopped, CancellationToken.None);
        }
        catch (Exception e) when (e is System.Data.Common.DbException or DatabaseException)
        {
            Log.TrafficNotSaved(log, e);
        }
    }

    /// <summary>Writes down what has passed since the last time, so that a restart does not lose it.</summary>
    public Task SaveTrafficAsync(CancellationToken cancellationToken) => SaveTrafficAsync(Live, cancellationToken);

    private async Task SaveTrafficAsync(IReadOnlyCollection<LiveSession> of, CancellationToken cancellationToken)
    {
        List<(string, SessionTraffic)> totals = [];
        foreach (var session in of)
            if (session.TryTakeUnsaved(out var traffic))
                totals.Add((session.Id, traffic));
        if (totals.Count > 0)
            await store.SaveTrafficAsync(totals, cancellationToken);
    }

    private async Task PostToNodeSessionsAsync(string nodeId, SessionEvent happened, CancellationToken cancellationToken)
    {
        LiveSession[] sessions;
        lock (_adding)
            sessions = _byNode.TryGetValue(nodeId, out var all) ? [.. all] : [];
        foreach (var session in sessions)
            await session.PostAsync(happened, cancellationToken);
    }

    private int CountOf(string nodeId)
    {
        lock (_adding)
            return _byNode.TryGetValue(nodeId, out var sessions) ? sessions.Count : 0;
    }

    private LiveSession AddOrGet(SessionRow row, byte[]? task, IDisposable? place = null)
    {
        lock (_adding)
        {
            ObjectDisposedException.ThrowIf(_stopped, this);
            if (_sessions.TryGetValue(row.Id, out var known))
                return known;
            var session = new LiveSession(row, task, store, nodes, options, time, log, Forget, ownAgent: _boots.ContainsKey(row.NodeId), journal.Changed, place);
            _sessions[row.Id] = session;
            if (!_byNode.TryGetValue(row.NodeId, out var ofNode))
                _byNode[row.NodeId] = ofNode = [];
            ofNode.Add(session);
            return session;
        }
    }

    // Under the lock: a session must not be forgotten before it was entered.
    private void Forget(LiveSession session)
    {
        lock (_adding)
        {
            _sessions.TryRemove(new KeyValuePair<string, LiveSession>(session.Id, session));
            if (_byNode.TryGetValue(session.NodeId, out var ofNode) && ofNode.Remove(session) && ofNode.Count == 0)
                _byNode.Remove(session.NodeId);
        }
    }

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : NodeText.Details(text);
}
