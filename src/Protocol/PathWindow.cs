namespace Postern.Protocol;

/// <summary>
/// A window that becomes as large as its path needs: twice what passes in one round trip, so that it bounds nothing but what a stopped reader costs.
/// What passes is measured, so a thin line, or a slow reader, leaves it as it is. Not safe for several threads: the owner holds its lock.
/// </summary>
/// <param name="initial">Bytes it begins with, and that cost the budget nothing.</param>
/// <param name="largest">Bytes it may become.</param>
/// <param name="budget">Pays for the difference.</param>
internal sealed class PathWindow(int initial, int largest, WindowBudget budget)
{
    /// <summary>
    /// A round trip counts as shorter by what its acknowledgement may have waited. What is left of short ones is nothing: no window has to grow on
    /// a path on which the first one carries gigabytes a second.
    /// </summary>
    public static readonly TimeSpan Waited = TimeSpan.FromMilliseconds(6);
    /// <summary>Bandwidth is measured over at least this long, so that a burst is not taken for it.</summary>
    private static readonly TimeSpan ShortestMeasure = TimeSpan.FromMilliseconds(10);

    private readonly int _initial = initial;
    private long _began, _passed;

    public int Size { get; private set; } = initial;

    /// <summary>Notes bytes that have passed.</summary>
    /// <param name="count">How many.</param>
    /// <param name="roundTrip">The shortest seen on this path; zero while none was.</param>
    /// <param name="time">Clock of the measure.</param>
    public void Passed(int count, TimeSpan roundTrip, TimeProvider time)
    {
        var path = roundTrip - Waited;
        if (path <= TimeSpan.Zero || Size >= largest)
            return;
        var now = time.GetTimestamp();
        if (_began == 0)
        {
            _began = now;
            return; // how long these took nobody knows
        }
        _passed += count;
        var elapsed = time.GetElapsedTime(_began, now);
        if (elapsed < path || elapsed < ShortestMeasure)
            return;
        var needed = (long)(2.0 * _passed * path.Ticks / elapsed.Ticks);
        (_began, _passed) = (now, 0);
        if (needed > Size)
            Grow(needed);
    }

    /// <summary>Gives everything beyond the beginning back.</summary>
    public void Shrink()
    {
        if (Size > _initial)
            budget.GiveBack(Size - _initial);
        (Size, _began, _passed) = (_initial, 0, 0);
    }

    private void Grow(long needed)
    {
        // Never more than doubled: the measure of one round trip may be wrong.
        var next = (int)Math.Min(Math.Min(needed, 2L * Size), largest);
        if (budget.TryTake(next - Size))
            Size = next;
    }
}
