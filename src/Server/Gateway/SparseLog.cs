namespace Postern.Server.Gateway;

/// <summary>Lets some lines of a kind through each minute and counts the rest, which the next line tells.</summary>
internal sealed class SparseLog(TimeProvider time)
{
    public const int LinesPerMinute = 10;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private long _began = time.GetTimestamp();
    private int _said, _silent;

    /// <param name="silent">How many lines were left out since the last one that was said.</param>
    public bool MaySay(out int silent)
    {
        lock (_lock)
        {
            if (time.GetElapsedTime(_began) >= Window)
                (_began, _said) = (time.GetTimestamp(), 0);
            silent = _silent;
            if (_said >= LinesPerMinute)
            {
                _silent++;
                return false;
            }
            (_said, _silent) = (_said + 1, 0);
            return true;
        }
    }
}
