namespace Postern.Tests.Support;

/// <summary>What code allocates on its thread.</summary>
internal static class Allocations
{
    private const int Rounds = 5;

    /// <summary>
    /// Bytes of the round that allocated least. A collection that another test causes meanwhile takes the rest of this thread's allocation buffer, up to 8 KiB, and it counts
    /// as allocated; code that allocates does so in every round.
    /// </summary>
    public static long Least(Action work) => Enumerable.Range(0, Rounds).Min(_ =>
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        work();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    });
}
