using System.Threading.Tasks.Sources;

namespace Postern.Protocol;

/// <summary>
/// Wakes one waiter; a signal set while nobody waits is kept for the next. The waiter looks again at what it waits for, because
/// signals may be one too many. Made once and used for ever, so that waiting allocates nothing.
/// </summary>
internal sealed class Signal : IValueTaskSource, IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<bool> _core;
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;
    private bool _set, _waiting, _cancelled;

    public void Set()
    {
        lock (_gate)
        {
            if (!_waiting)
            {
                _set = true;
                return;
            }
            _waiting = false;
        }
        // The waiter goes on in the pool: whoever signals may hold a lock or be reading a socket.
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>The same, and the waiter goes on here, before this returns. Not under a lock; the waiter must not block.</summary>
    public void SetAndRun()
    {
        lock (_gate)
        {
            if (!_waiting)
            {
                _set = true;
                return;
            }
            _waiting = false;
        }
        _core.SetResult(true);
    }

    /// <summary>One waiter at a time. Throws OperationCanceledException.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        short version;
        lock (_gate)
        {
            if (_set)
            {
                _set = false;
                return default;
            }
            if (_waiting)
                throw new InvalidOperationException("A signal has one waiter at a time.");
            _core.Reset();
            version = _core.Version;
            _cancelled = false;
            _token = cancellationToken;
            _waiting = true;
        }
        // Nobody reads _registration before this method has returned: GetResult needs the task returned here.
        _registration = cancellationToken.UnsafeRegister(static state => ((Signal)state!).Cancel(), this);
        return new ValueTask(this, version);
    }

    private void Cancel()
    {
        lock (_gate)
        {
            if (!_waiting)
                return;
            _waiting = false;
            _cancelled = true;
        }
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute() => _core.SetResult(true);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token)
    {
        _core.GetResult(token);
        // Waits for a callback under way, so that an old cancellation never hits the next wait.
        _registration.Dispose();
        if (_cancelled)
            throw new OperationCanceledException(_token);
    }
}
