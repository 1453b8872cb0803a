namespace Postern.Server.Recordings.Search;

/// <summary>How many recordings are on their way into the index at a time. One takes a file and some hundred KiB.</summary>
internal sealed record IndexLimits
{
    /// <summary>Of those that are still written; others are read when they have their end.</summary>
    public int MaxLive { get; init; } = 900;

    /// <summary>Of those that ended, besides.</summary>
    public int MaxEnded { get; init; } = 100;
}
