namespace Postern.Server.Peers;

/// <summary>
/// How long ago each other gateway was heard of, by its own announcements as this one sees them change. Clocks are asked only about what was before this gateway
/// looked for the first time, and a while in which it could not look (the database was away, or the machine slept) counts as one look: whoever shared
/// that trouble gets the time to announce itself again.
/// </summary>
internal sealed class PeerSigns(TimeProvider time)
{
    /// <summary>What lies between two looks counts for at most this.</summary>
    private static readonly TimeSpan LongestStep = 2 * PeerUpkeep.Interval;
    /// <summary>A gateway that lives announces itself within this; nothing is said of it before.</summary>
    private static readonly TimeSpan LeastWatch = 2 * PeerUpkeep.Interval;

    private volatile IReadOnlyDictionary<string, PeerSign> _signs = new Dictionary<string, PeerSign>();
    private long? _looked;

    /// <summary>All that were in the table at the last look.</summary>
    public IReadOnlyCollection<PeerSign> All => [.. _signs.Values];

    /// <summary>Null: it lives, or nothing is known of it.</summary>
    public PeerSign? LostOf(string name) => _signs.TryGetValue(name, out var sign) && sign.IsLost ? sign : null;

    /// <summary>Whether the table had it at the last look.</summary>
    public bool Knows(string name) => _signs.ContainsKey(name);

    /// <summary>One caller at a time.</summary>
    /// <param name="others">The rows of all other gateways, just read.</param>
    public void Look(IReadOnlyList<PeerRow> others)
    {
        var step = _looked is { } looked ? time.GetElapsedTime(looked) : TimeSpan.Zero;
        if (step > LongestStep)
            step = LongestStep;
        _looked = time.GetTimestamp();
        _signs = others.ToDictionary(row => row.Name, row => _signs.GetValueOrDefault(row.Name) switch
        {
            { } known when known.SeenAt == row.SeenAt => known with { Unheard = known.Unheard + step, Watched = known.Watched + step },
            { } known when known.SeenAt < row.SeenAt => new PeerSign(row.Name, row.SeenAt, TimeSpan.Zero, known.Watched + step),
            _ => new PeerSign(row.Name, row.SeenAt, Before(row.SeenAt), TimeSpan.Zero),
        }, StringComparer.Ordinal);
    }

    private TimeSpan Before(long seenAt) => TimeSpan.FromMilliseconds(Math.Max(0, time.GetUtcNow().ToUnixTimeMilliseconds() - seenAt));

    /// <summary>What is known of another gateway.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="SeenAt">When it announced itself last, by its own clock, Unix milliseconds.</param>
    /// <param name="Unheard">For how long it has not been heard of.</param>
    /// <param name="Watched">For how long this gateway has looked.</param>
    internal sealed record PeerSign(string Name, long SeenAt, TimeSpan Unheard, TimeSpan Watched)
    {
        public bool IsLost => Unheard >= PeerUpkeep.Lifetime && Watched >= LeastWatch;

        public DateTimeOffset Since => DateTimeOffset.FromUnixTimeMilliseconds(SeenAt);

        /// <summary>It has been away for so long, and this gateway saw that it does not live, whatever the clocks say.</summary>
        public bool IsAwayFor(TimeSpan limit) => IsLost && Unheard >= limit && Watched >= PeerUpkeep.Lifetime;
    }
}
