namespace Postern.Bench.Fleet;

/// <summary>Counts why things failed, in bounded memory.</summary>
internal sealed class Reasons
{
    private const int Most = 12, Longest = 200;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _counts = [];

    public int Total { get; private set; }

    public void Add(string reason)
    {
        reason = reason.Length > Longest ? reason[..Longest] : reason;
        lock (_lock)
        {
            Total++;
            if (_counts.Count < Most || _counts.ContainsKey(reason))
                _counts[reason] = _counts.GetValueOrDefault(reason) + 1;
        }
    }

    public IReadOnlyDictionary<string, int> ToDictionary()
    {
        lock (_lock)
            return new Dictionary<string, int>(_counts);
    }
}
