namespace Postern.Client.Ports;

/// <summary>The connections being served, so that each is awaited by somebody.</summary>
internal sealed class ConnectionSet
{
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _tasks = [];

    /// <summary>Starts serving one; the work must handle its own errors.</summary>
    public void Start(Func<Task> serve)
    {
        var task = ServeAsync(serve);
        lock (_lock)
        {
            if (!task.IsCompleted)
                _tasks.Add(task);
            _tasks.RemoveWhere(t => t.IsCompleted);
        }
    }

    public Task WhenAllAsync()
    {
        lock (_lock)
            return Task.WhenAll(_tasks);
    }

    private static async Task ServeAsync(Func<Task> serve)
    {
        await Task.Yield(); // the accept loop must not wait for it
        await serve();
    }
}
