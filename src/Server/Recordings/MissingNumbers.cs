namespace Postern.Server.Recordings;

/// <summary>
/// Numbers of messages that were given up and have not come since. Whatever is not in here counts as taken, and would pass unrecorded: so where memory ends, more numbers
/// are in here than are missing, and a repetition is recorded twice.
/// </summary>
internal sealed class MissingNumbers
{
    public const int MaxRanges = 64;

    // In order, apart from each other: from the one to below the other.
    private readonly List<(long From, long To)> _ranges = [];

    /// <summary>Numbers above all that were added before.</summary>
    public void Add(long from, long to)
    {
        if (from >= to)
            return;
        _ranges.Add((from, to));
        Shrink();
    }

    /// <summary>True once for each number that is missing.</summary>
    public bool Take(long number)
    {
        for (var i = 0; i < _ranges.Count; i++)
        {
            var (from, to) = _ranges[i];
            if (number < from)
                return false;
            if (number >= to)
                continue;
            _ranges.RemoveAt(i);
            if (number + 1 < to)
                _ranges.Insert(i, (number + 1, to));
            if (from < number)
                _ranges.Insert(i, (from, number));
            Shrink();
            return true;
        }
        return false;
    }

    /// <summary>Joins the two that are next to each other.</summary>
    private void Shrink()
    {
        if (_ranges.Count <= MaxRanges)
            return;
        var nearest = 0;
        for (var i = 1; i < _ranges.Count - 1; i++)
            if (_ranges[i + 1].From - _ranges[i].To < _ranges[nearest + 1].From - _ranges[nearest].To)
                nearest = i;
        _ranges[nearest] = (_ranges[nearest].From, _ranges[nearest + 1].To);
        _ranges.RemoveAt(nearest + 1);
    }
}
