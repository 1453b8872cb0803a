using System.Collections.Concurrent;
using Postern.Agent.Host;
using Postern.Agent.Sessions;
using Postern.Protocol.Messages;

namespace Postern.Agent.Control;

/// <summary>
/// Tells the gateway how sessions ended: up to three times, a second apart, until it says that it knows; what it has not acknowledged
/// is sent again when the control channel is back.
/// </summary>
internal sealed class TaskReplies(string nodeId, AgentLog log, TimeProvider time)
{
    /// <summary>Replies kept for a gateway that is away; beyond it the newest is not kept (the gateway finds the session gone anyway).</summary>
    public const int PendingLimit = 2000;

    private const int Attempts = 3;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private sealed record Pending(Guid MessageId, string SessionId, SessionOutcome Outcome)
    {
        public TaskCompletionSource Acknowledged { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public int Sent { get; set; }
    }

    private readonly ConcurrentDictionary<Guid, Pending> _pending = new();
    private Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<bool>> _send = static (_, _) => ValueTask.FromResult(false);

    /// <param name="send">Sends a frame on the control channel; false when there is none.</param>
    public void SendWith(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask<bool>> send) => _send = send;

    /// <summary>Ends when the gateway has acknowledged, or after the last attempt.</summary>
    public async Task CompleteAsync(string sessionId, SessionOutcome outcome, CancellationToken cancellationToken)
    {
        var pending = new Pending(Guid.NewGuid(), sessionId, outcome);
        if (_pending.Count < PendingLimit)
            _pending[pending.MessageId] = pending;
        else
            log.Warning($"session {sessionId}: its end is reported once only, {PendingLimit} reports wait for the gateway already");
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            await SendAsync(pending, cancellationToken);
            try
            {
                await pending.Acknowledged.Task.WaitAsync(Interval, time, cancellationToken);
                return;
            }
            catch (TimeoutException) when (attempt < Attempts - 1)
            {
                continue;
            }
            catch (TimeoutException)
            {
                log.Warning($"session {sessionId}: the gateway has not acknowledged its end; it is told again when the control channel is back");
            }
        }
    }

    public void Acknowledge(string messageId)
    {
        if (Guid.TryParse(messageId, out var id) && _pending.TryRemove(id, out var pending))
            pending.Acknowledged.TrySetResult();
    }

    /// <summary>The control channel is new: what may have been lost with the old one goes out again.</summary>
    public async Task ResendAsync(CancellationToken cancellationToken)
    {
        foreach (var pending in _pending.Values)
            await SendAsync(pending, cancellationToken);
    }

    private async ValueTask SendAsync(Pending pending, CancellationToken cancellationToken)
    {
        var content = new AgentTaskCompleteContent
        {
            TaskId = pending.SessionId,
            FinalTaskStatus = pending.Outcome.Status,
            Output = pending.Outcome.Output,
            InstanceId = nodeId,
            RetryNumber = ++pending.Sent,
        };
        await _send(
            MessageFactory.Json(AgentMessageType.AgentTaskComplete, content, MessagesJsonContext.Default.AgentTaskCompleteContent, time, pending.MessageId),
            cancellationToken);
    }
}
