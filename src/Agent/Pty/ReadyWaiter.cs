using System.Threading.Tasks.Sources;

namespace Postern.Agent.Pty;

/// <summary>
/// One reusable wait of a <see cref="PolledFile"/>: at most one at a time. Every method but <see cref="WatchCancellation"/> and the
/// task's own members is called under the file's lock.
/// </summary>
internal sealed class ReadyWaiter(Lock gate) : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationToken _cancellation;
    private CancellationTokenRegistration _registration;

    public bool IsWaiting { get; private set; }

    public ValueTask Start(CancellationToken cancellationToken)
    {
        if (IsWaiting)
            throw new InvalidOperationException("Somebody waits for this file already.");
        _core.Reset();
        _cancellation = cancellationToken;
        IsWaiting = true;
        return new ValueTask(this, _core.Version);
    }

    public void Complete()
    {
        if (End())
            _core.SetResult(true);
    }

    public void Fail(Exception error)
    {
        if (End())
            _core.SetException(error);
    }

    /// <summary>Called without the lock, since a token that is cancelled already calls back at once.</summary>
    public void WatchCancellation()
    {
        if (!_cancellation.CanBeCanceled)
            return;
        var registration = _cancellation.UnsafeRegister(static state => ((ReadyWaiter)state!).Cancel(), this);
        lock (gate)
        {
            if (IsWaiting)
                _registration = registration;
            else
                registration.Unregister();
        }
    }

    public void GetResult(short token) => _core.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _core.OnCompleted(continuation, state, token, flags);

    private void Cancel()
    {
        lock (gate)
        {
            // A call-back of an earlier wait may come late: only the token of this wait counts.
            if (IsWaiting && _cancellation.IsCancellationRequested)
                Fail(new OperationCanceledException(_cancellation));
        }
    }

    private bool End()
    {
        if (!IsWaiting)
            return false;
        IsWaiting = false;
        _registration.Unregister();
        _registration = default;
        return true;
    }
}
