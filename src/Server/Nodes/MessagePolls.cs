using System.Collections.Concurrent;

namespace Postern.Server.Nodes;

/// <summary>
/// Holds the long polls of nodes. There is never a message to give, so a poll costs one timer; a node has one at most: a newer poll
/// ends the older. All end when the gateway drains.
/// </summary>
internal sealed class MessagePolls(IHostApplicationLifetime lifetime, TimeProvider time)
{
    /// <summary>Agents give up after 20 seconds and take that for an error; a quick answer would have them ask again at once.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new(StringComparer.Ordinal);

    public int Waiting => _waiting.Count;

    public async Task WaitAsync(string nodeId, CancellationToken cancellationToken)
    {
        var poll = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource? older = null;
        _waiting.AddOrUpdate(nodeId, poll, (_, present) =>
        {
            older = present;
            return poll;
        });
        older?.TrySetResult();
        try
        {
            using var held = time.CreateTimer(End, poll, Hold, Timeout.InfiniteTimeSpan);
            using var draining = lifetime.ApplicationStopping.Register(End, poll);
            using var gone = cancellationToken.Register(End, poll);
            await poll.Task;
        }
        finally
        {
            _waiting.TryRemove(KeyValuePair.Create(nodeId, poll));
        }
    }

    private static void End(object? poll) => ((TaskCompletionSource)poll!).TrySetResult();
}
