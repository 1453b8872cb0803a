using System.Collections.Concurrent;
using Postern.Agent.Control;
using Postern.Protocol.Messages;

namespace Postern.Agent.Sessions;

/// <summary>The live sessions of this node.</summary>
internal sealed class SessionTable(SessionServices services, OpenDataSocket openSocket, TaskReplies replies)
{
    /// <summary>Sessions at once; a further one fails with a reason.</summary>
    public const int Limit = 1000;

    /// <summary>Ids of ended sessions remembered, since a gateway may send a task again that it is not sure of.</summary>
    private const int EndedLimit = 1000;

    private readonly ConcurrentDictionary<string, NodeSession> _live = new(StringComparer.Ordinal);
    private readonly Queue<string> _ended = new();
    private readonly TaskSet _running = new();
    private volatile bool _stopping;

    public int Count => _live.Count;

    /// <summary>Starts a session, once for each id.</summary>
    public void Start(SessionTask task)
    {
        if (_live.ContainsKey(task.SessionId) || HasEnded(task.SessionId))
            return;
        if (_live.Count >= Limit)
            Refuse(task.SessionId, $"{services.NodeId} runs {Limit} sessions already, its limit; end one of them and try again.");
        else if (_stopping)
            Refuse(task.SessionId, $"the agent on {services.NodeId} is stopping");
        else if (new NodeSession(task, services, openSocket) is var session && _live.TryAdd(task.SessionId, session))
            _running.Add(RunAsync(session));
    }

    public void Refuse(string sessionId, string reason)
    {
        Remember(sessionId);
        services.Log.Warning($"session {sessionId}: refused: {reason}");
        _running.Add(replies.CompleteAsync(sessionId, SessionOutcome.Failure(reason), CancellationToken.None));
    }

    /// <summary>Ends a session because the gateway says so.</summary>
    public void Close(string sessionId)
    {
        if (_live.TryGetValue(sessionId, out var session))
            _running.Add(session.EndAsync(SessionOutcome.Success));
    }

    /// <summary>Ends all of them and waits until they are gone and reported.</summary>
    public async Task EndAllAsync(string reason)
    {
        _stopping = true;
        await Task.WhenAll(_live.Values.Select(session => session.EndAsync(SessionOutcome.Failure(reason))));
        await _running.WhenAllAsync();
    }

    private async Task RunAsync(NodeSession session)
    {
        // Off the control channel's thread: a session begins with system calls and perhaps a new user.
        await Task.Yield();
        var outcome = await session.RunAsync();
        Remember(session.Id);
        _live.TryRemove(session.Id, out _);
        services.Log.Info($"session {session.Id}: ended, {outcome.Status}{(outcome.Output.Length > 0 ? ": " + outcome.Output : "")}");
        await replies.CompleteAsync(session.Id, outcome, CancellationToken.None);
    }

    private bool HasEnded(string sessionId)
    {
        lock (_ended)
            return _ended.Contains(sessionId);
    }

    private void Remember(string sessionId)
    {
        lock (_ended)
        {
            _ended.Enqueue(sessionId);
            if (_ended.Count > EndedLimit)
                _ended.Dequeue();
        }
    }
}
