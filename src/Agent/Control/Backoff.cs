namespace Postern.Agent.Control;

/// <summary>Waiting times between tries: the first at once, then doubling up to a cap, each spread so that many nodes do not come together.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan cap)
{
    private const int MostDoublings = 16;

    private int _tries;

    public void Reset() => _tries = 0;

    /// <summary>Between nothing and the first for the first try; later between half and the whole of the doubled time.</summary>
    public TimeSpan Next()
    {
        var tries = _tries++;
        if (tries == 0)
            return first * Random.Shared.NextDouble();
        var whole = Math.Min(cap.Ticks, first.Ticks << Math.Min(tries, MostDoublings));
        return new TimeSpan(whole / 2 + Random.Shared.NextInt64(whole / 2 + 1));
    }
}
