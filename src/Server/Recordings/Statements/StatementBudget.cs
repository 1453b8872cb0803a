namespace Postern.Server.Recordings.Statements;

/// <summary>Memory for what is known of many connections together. Safe for several threads.</summary>
/// <param name="bytes">The most that is out at once.</param>
/// <param name="within">Another budget that all of it counts in, too.</param>
internal sealed class StatementBudget(long bytes, StatementBudget? within = null)
{
    private static readonly StatementBudget OfProcess = new(StatementLimits.ProcessMemory);
    private long _taken;

    public static StatementBudget OfSession() => new(StatementLimits.SessionMemory, OfProcess);

    public long Taken => Interlocked.Read(ref _taken);

    public bool TryTake(long count)
    {
        if (Interlocked.Add(ref _taken, count) <= bytes && within?.TryTake(count) is not false)
            return true;
        Interlocked.Add(ref _taken, -count);
        return false;
    }

    public void GiveBack(long count)
    {
        Interlocked.Add(ref _taken, -count);
        within?.GiveBack(count);
    }
}

/// <summary>What one connection has taken of a budget: as much as it ever needed at a time, until it is over.</summary>
internal sealed class StatementMemory(StatementBudget budget)
{
    private const long Block = 4096;
    private long _taken;

    /// <summary>False: there is no memory for so much.</summary>
    /// <param name="covered">What this use has already.</param>
    /// <param name="wanted">Bytes of this use, all together.</param>
    public bool Covers(ref long covered, long wanted)
    {
        if (wanted <= covered)
            return true;
        var more = (wanted - covered + Block - 1) / Block * Block;
        if (!budget.TryTake(more))
            return false;
        _taken += more;
        covered += more;
        return true;
    }

    /// <summary>Nothing is known of the connection any more. Safe to call again.</summary>
    public void GiveBack()
    {
        budget.GiveBack(_taken);
        _taken = 0;
    }
}
