namespace Postern.Server.Gateway;

/// <summary>Wakes one waiter; setting it twice is the same as once.</summary>
internal sealed class Signal
{
    private TaskCompletionSource _set = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Set() => Volatile.Read(ref _set).TrySetResult();

    /// <summary>Returns when it was set, or the time is over; then it is not set any more.</summary>
    public async Task WaitAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        var set = Volatile.Read(ref _set);
        try
        {
            await set.Task.WaitAsync(timeout, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return; // as good as a signal; a later Set is seen by the next wait
        }
        Volatile.Write(ref _set, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
