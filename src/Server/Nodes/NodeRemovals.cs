namespace Postern.Server.Nodes;

/// <summary>
/// Tells the parts that hold something of a node (live sessions) that it was deregistered. Observers are added while the gateway
/// is put together; they run one after another, and one that fails does not keep the others from running.
/// </summary>
internal sealed class NodeRemovals
{
    private readonly List<Func<string, string, CancellationToken, Task>> _observers = [];

    /// <param name="observer">Given the node's id and the reason as a person should read it.</param>
    public void Observe(Func<string, string, CancellationToken, Task> observer) => _observers.Add(observer);

    public async Task RaiseAsync(string nodeId, string reason, CancellationToken cancellationToken)
    {
        List<Exception>? failures = null;
        foreach (var observer in _observers)
        {
            try
            {
                await observer(nodeId, reason, cancellationToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                (failures ??= []).Add(failure);
            }
        }
        if (failures is not null) throw new AggregateException(failures);
    }
}
