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
    /// <summary>Unread bytes one stream may hold (extended mode); at least <see cref="InitialWindow"/>.</summary>
    public int StreamWindow { get; init; } = 1024 * 1024;
    /// <summary>
    /// Unread bytes of the whole session (extended mode) beyond which a stream that holds more than its share is aborted: windows of
    /// thousands of stalled streams add up to more memory than a session may take.
    /// </summary>
    public int MaxUnread { get; init; } = 64 * 1024 * 1024;
    /// <summary>Largest data frame, bytes; at most 65535.</summary>
    public int MaxFrame { get; init; } = 32 * 1024;
    /// <summary>Streams open at once; a further one is refused.</summary>
    public int MaxStreams { get; init; } = 4096;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(SessionBuffer);
        ArgumentOutOfRangeException.ThrowIfLessThan(StreamWindow, InitialWindow);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxUnread, InitialWindow);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxFrame);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxFrame, ushort.MaxValue);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxStreams);
    }
}
