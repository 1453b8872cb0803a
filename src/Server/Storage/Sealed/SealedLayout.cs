namespace Postern.Server.Storage.Sealed;

/// <summary>
/// Where the units of a sealed file are, each of which is sealed by itself. They are as SQLite writes: a page of the database; in its write-ahead log a header, then the head
/// and the page of each frame. So nothing is ever read and sealed again because something beside it changed, and what was committed cannot be torn by what comes after.
/// </summary>
/// <param name="isLog">A write-ahead log.</param>
internal readonly struct SealedLayout(bool isLog)
{
    public const int PageSize = 4096, Overhead = 28;
    private const int LogHeader = 32, FrameHeader = 24, Frame = FrameHeader + PageSize;
    private const int SealedPage = PageSize + Overhead, SealedLogHeader = LogHeader + Overhead, SealedFrameHeader = FrameHeader + Overhead, SealedFrame = SealedFrameHeader + SealedPage;

    /// <summary>The unit that has the byte at an offset.</summary>
    public SealedUnit At(long offset)
    {
        if (!isLog)
            return new SealedUnit(offset / PageSize * PageSize, PageSize, offset / PageSize * SealedPage);
        if (offset < LogHeader)
            return new SealedUnit(0, LogHeader, 0);
        var (frame, within) = Math.DivRem(offset - LogHeader, Frame);
        var (start, place) = (LogHeader + frame * Frame, SealedLogHeader + frame * SealedFrame);
        return within < FrameHeader ? new SealedUnit(start, FrameHeader, place) : new SealedUnit(start + FrameHeader, PageSize, place + SealedFrameHeader);
    }

    /// <summary>Bytes in a file of so many sealed ones.</summary>
    public long Length(long stored)
    {
        if (!isLog)
            return stored / SealedPage * PageSize + Inside(stored % SealedPage);
        if (stored < SealedLogHeader)
            return Inside(stored);
        var (frame, within) = Math.DivRem(stored - SealedLogHeader, SealedFrame);
        return LogHeader + frame * Frame + (within < SealedFrameHeader ? Inside(within) : FrameHeader + Inside(within - SealedFrameHeader));
    }

    private static long Inside(long stored) => Math.Max(0, stored - Overhead);
}

/// <param name="Start">Offset as SQLite sees it.</param>
/// <param name="Size">Bytes as SQLite sees them; the last unit of a file may have fewer.</param>
/// <param name="Place">Where it is stored.</param>
internal readonly record struct SealedUnit(long Start, int Size, long Place);
