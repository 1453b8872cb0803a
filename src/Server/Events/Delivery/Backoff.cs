namespace Postern.Server.Events.Delivery;

/// <summary>How long to wait after failures: twice as long after each, up to five minutes, a little apart for each target.</summary>
internal static class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromMinutes(5), LongestAsked = TimeSpan.FromHours(1);
    private const int Doublings = 9;

    /// <param name="failures">From 1.</param>
    /// <param name="asked">What the target's Retry-After says; it is honoured up to an hour.</param>
    public static TimeSpan After(long failures, TimeSpan? asked)
    {
        var own = First * Math.Pow(2, Math.Min(failures - 1, Doublings));
        var wait = (own < Longest ? own : Longest) * (0.8 + (0.4 * Random.Shared.NextDouble()));
        return asked is { } least && least > wait ? (least < LongestAsked ? least : LongestAsked) : wait;
    }
}
