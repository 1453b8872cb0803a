namespace Postern.Protocol.DataStream;

/// <summary>Round-trip estimator of one socket: how long to wait for an acknowledgement. Gains and start values are those of stock ends.</summary>
internal struct RoundTrip(TimeSpan initialTimeout, TimeSpan maxTimeout)
{
    private static readonly TimeSpan ClockGranularity = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan InitialRoundTrip = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(60);

    private TimeSpan _roundTrip = InitialRoundTrip;
    private TimeSpan _variation = TimeSpan.Zero;

    public TimeSpan Timeout { get; private set; } = initialTimeout;

    /// <summary>The shortest measured, which is the path's without what waits in its queues; zero: none was measured.</summary>
    public TimeSpan Shortest { get; private set; }

    /// <summary>
    /// Takes the time from sending to acknowledgement. Stock ends never wait longer than the maximum (1 s); where round trips really are
    /// longer - a thin line with a full window in its buffers - that would send everything twice, so the limit then follows them.
    /// </summary>
    public void Sample(TimeSpan sample)
    {
        if (Shortest == TimeSpan.Zero || sample < Shortest)
            Shortest = sample;
        _variation = (_variation * 3 + (_roundTrip - sample).Duration()) / 4;
        _roundTrip = (_roundTrip * 7 + sample) / 8;
        var timeout = _roundTrip + Max(ClockGranularity, _variation * 4);
        Timeout = Min(timeout, Min(LongestTimeout, Max(maxTimeout, _roundTrip * 4)));
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
