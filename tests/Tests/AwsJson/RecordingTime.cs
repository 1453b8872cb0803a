using System.Collections.Concurrent;

namespace Postern.Tests.AwsJson;

/// <summary>The real clock with timers that ring at once; it remembers for how long they were set.</summary>
internal sealed class RecordingTime(Action? onTimer = null) : TimeProvider
{
    public ConcurrentQueue<TimeSpan> Delays { get; } = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Delays.Enqueue(dueTime);
        onTimer?.Invoke();
        return base.CreateTimer(callback, state, onTimer is null ? TimeSpan.Zero : dueTime, period);
    }
}
