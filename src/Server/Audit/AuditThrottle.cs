namespace Postern.Server.Audit;

/// <summary>
/// Bounds what strangers and nodes can write into the log by being refused: so many entries a minute; those left out are counted, and the next
/// entry says how many there were.
/// </summary>
internal sealed class AuditThrottle(TimeProvider time)
{
    public const int EntriesPerMinute = 60;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private long _began = time.GetTimestamp();
    private int _written;
    private long _leftOut;

    /// <param name="leftOut">How many were left out since the last one that was written.</param>
    public bool MayWrite(out long leftOut)
    {
        lock (_lock)
        {
            if (time.GetElapsedTime(_began) >= Window)
                (_began, _written) = (time.GetTimestamp(), 0);
            leftOut = _leftOut;
            if (_written >= EntriesPerMinute)
            {
                _leftOut++;
                return false;
            }
            (_written, _leftOut) = (_written + 1, 0);
            return true;
        }
    }
}
