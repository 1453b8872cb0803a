namespace Postern.Bench.Measuring;

/// <summary>How much is measured.</summary>
internal sealed record MeasureOptions
{
    public int Rounds { get; init; } = 5;
    /// <summary>About how long one transfer takes; other measurements take half of it.</summary>
    public TimeSpan Box { get; init; } = TimeSpan.FromSeconds(1.1);
    /// <summary>No further round is begun when it would not end by then.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(330);
    /// <summary>Everything is stopped by then.</summary>
    public TimeSpan HardLimit { get; init; } = TimeSpan.FromSeconds(350);
    public int Connections { get; init; } = 50;
    /// <summary>Sessions opened besides the first to see what one costs.</summary>
    public int MoreSessions { get; init; } = 4;
    /// <summary>Before memory is looked at.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromMilliseconds(500);
    /// <summary>A column that takes longer than this to be prepared, or for one round, is given up.</summary>
    public TimeSpan StepLimit { get; init; } = TimeSpan.FromSeconds(40);
    /// <summary>Parts of the names of the columns wanted; all when empty.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    public static MeasureOptions Quick { get; } = new()
    {
        Rounds = 3,
        Box = TimeSpan.FromSeconds(0.5),
        Limit = TimeSpan.FromSeconds(130),
        HardLimit = TimeSpan.FromSeconds(145),
        MoreSessions = 2,
        StepLimit = TimeSpan.FromSeconds(30),
    };
}
