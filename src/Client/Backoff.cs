namespace Postern.Client;

/// <summary>Times between attempts: at once, then doubling with jitter up to a cap.</summary>
internal static class Backoff
{
    private const double FirstMilliseconds = 100;
    private const double CapMilliseconds = 5000;
    private const int LastDoubling = 10;

    /// <param name="attempt">0 for the first attempt, which does not wait.</param>
    public static TimeSpan Before(int attempt)
    {
        if (attempt <= 0)
            return TimeSpan.Zero;
        var full = Math.Min(CapMilliseconds, FirstMilliseconds * Math.Pow(2, Math.Min(attempt, LastDoubling) - 1));
        return TimeSpan.FromMilliseconds(full * (0.5 + Random.Shared.NextDouble() / 2));
    }
}
