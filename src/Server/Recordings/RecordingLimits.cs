namespace Postern.Server.Recordings;

/// <summary>Limits and times of recordings.</summary>
internal sealed record RecordingLimits
{
    /// <summary>Events of a chunk, bytes, with which it is closed.</summary>
    public int ChunkSize { get; init; } = 64 * 1024;
    /// <summary>Closed chunks of one session that wait for the disk; then what passes in this session waits.</summary>
    public int MaxWaiting { get; init; } = 8;
    /// <summary>What was recorded is on the disk after this long and the time that the disk takes.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromMilliseconds(500);
    /// <summary>How long a session waits for the disk; then its mode says what happens.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(10);
    /// <summary>After a failure the file is tried again this much later.</summary>
    public TimeSpan RetryAfterFailure { get; init; } = TimeSpan.FromSeconds(3);
    /// <summary>Bytes of messages that came before others which are missing, kept for each direction of a session: no more than the ends keep, or what they do not keep would be taken for what they had.</summary>
    public int MaxEarly { get; init; } = 1024 * 1024;
    /// <summary>Number of them.</summary>
    public int MaxEarlyMessages { get; init; } = 8192;
    /// <summary>How far ahead of one that is missing they may be.</summary>
    public int MaxAhead { get; init; } = 128 * 1024;
    /// <summary>A message that others overtook has this long to come; then it is noted as missing.</summary>
    public TimeSpan LongestGap { get; init; } = TimeSpan.FromSeconds(30);
    /// <summary>The same for those that are missing where the gateway was restarted: both ends have mostly dropped them, and what follows waits for them.</summary>
    public TimeSpan LongestGapAfterRestart { get; init; } = TimeSpan.FromSeconds(2);
    /// <summary>Bytes that must be free before a session begins that has to be recorded.</summary>
    public long LeastFree { get; init; } = 16 * 1024 * 1024;
    /// <summary>How often the disk is looked at for that.</summary>
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromSeconds(1);
    /// <summary>How much longer than --recording-days says a recording is kept that could not be delivered.</summary>
    public TimeSpan LongestUndelivered { get; init; } = TimeSpan.FromDays(30);
    /// <summary>How often recordings whose session is gone are looked for.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromMinutes(1);
}
