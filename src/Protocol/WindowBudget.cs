namespace Postern.Protocol;

/// <summary>
/// Bytes by which windows may be larger than they begin: what many fast sessions whose readers stop cost together. Taken before a window grows,
/// given back when it ends; a window that gets nothing stays as it is.
/// </summary>
/// <param name="bytes">The most that is out at once.</param>
/// <param name="within">Another budget that all of it counts in, too.</param>
public sealed class WindowBudget(long bytes, WindowBudget? within = null)
{
    /// <summary>Of all windows of this process that are given no other.</summary>
    public static WindowBudget OfProcess { get; } = new(128L * 1024 * 1024);

    private long _taken;

    /// <summary>Bytes that are out.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    internal bool TryTake(int count)
    {
        if (Interlocked.Add(ref _taken, count) <= bytes && within?.TryTake(count) is not false)
            return true;
        Interlocked.Add(ref _taken, -count);
        return false;
    }

    internal void GiveBack(int count)
    {
        Interlocked.Add(ref _taken, -count);
        within?.GiveBack(count);
    }
}
