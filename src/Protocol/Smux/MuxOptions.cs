namespace Postern.Protocol.Smux;

/// <summary>The person's end opens streams (odd ids from 3), the node's end accepts them.</summary>
public enum MuxRole { Client, Server }

/// <summary>Limits of a multiplexer. Defaults are those of smux version 1.</summary>
public sealed record MuxOptions
{
    /// <summary>Bytes either end may send on a new stream before the peer has granted more (extended mode). Part of the wire.</summary>
    public const int InitialWindow = 64 * 1024;

    public MuxRole Role { get; init; }
    /// <summary>False: smux version 1 as stock ends speak it. True: our extension with stream windows, half-close and reasons.</summary>
    public bool Extended { get; init; }
    /// <summary>Unread bytes of the whole session (stock mode) beyond which receiving waits.</summary>
    public int SessionBuffer { get; init; } = 4 * 1024 * 1024;
    /// <summary>Unread bytes one stream may hold (extended mode) once it is read; at least <see cref="InitialWindow"/>.</summary>
    public int StreamWindow { get; init; } = 1024 * 1024;
    /// <summary>What <see cref="StreamWindow"/> may grow to on a long path, while the stream is read as fast as it comes.</summary>
    public int LargestStreamWindow { get; init; } = 32 * 1024 * 1024;
    /// <summary>Bytes by which all streams of the session together may have grown: half of <see cref="MaxUnread"/>, so that no stream is aborted for having grown alone.</summary>
    public int SessionGrowth { get; init; } = 32 * 1024 * 1024;
    /// <summary>Pays for it.</summary>
    public WindowBudget Budget { get; init; } = WindowBudget.OfProcess;
    /// <summary>The shortest round trip to the peer and back, zero while unknown; null: windows do not grow.</summary>
    public Func<TimeSpan>? RoundTrip { get; init; }
    /// <summary>Measures what is read in a round trip.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
    /// <summary>
    /// Unread bytes of the whole session (extended mode) beyond which the stream that holds most of them is aborted: windows of
    /// thousands of stalled streams add up to more memory than a session may take.
    /// </summary>
    public int MaxUnread { get; init; } = 64 * 1024 * 1024;
    /// <summary>Largest data frame, bytes; at most 65535.</summary>
    public int MaxFrame { get; init; } = 32 * 1024;
    /// <summary>
    /// Streams at once, with those that are over but whose last frame is not written or whose socket is not done; a further one is refused. A
    /// peer that does not read so many refusals ends the session.
    /// </summary>
    public int MaxStreams { get; init; } = 4096;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(SessionBuffer);
        ArgumentOutOfRangeException.ThrowIfLessThan(StreamWindow, InitialWindow);
        ArgumentOutOfRangeException.ThrowIfLessThan(LargestStreamWindow, StreamWindow);
        ArgumentOutOfRangeException.ThrowIfNegative(SessionGrowth);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxUnread, InitialWindow);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxFrame);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxFrame, ushort.MaxValue);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxStreams);
    }
}
