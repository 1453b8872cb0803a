using System.Globalization;

namespace Postern.Server.Recordings.Search;

/// <summary>
/// What the index takes of the processors: half of what nobody else wants, and a tenth of one when nobody leaves any. People at work come before what somebody may look for later.
/// </summary>
/// <param name="idle">Time that processors of this machine had nothing to do, since some moment, in all; null: nobody knows.</param>
/// <param name="time">The clock.</param>
internal sealed class IndexPace(Func<TimeSpan?> idle, TimeProvider time)
{
    private const double LeastShare = 0.1;
    /// <summary>Less is not worth a timer.</summary>
    private static readonly TimeSpan LeastRest = TimeSpan.FromMilliseconds(50);
    /// <summary>The system counts in hundredths of a second.</summary>
    private static readonly TimeSpan LeastPeriod = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(2);

    private long _since = time.GetTimestamp();
    private TimeSpan _idle = idle() ?? TimeSpan.Zero, _worked, _owed;
    private double _share = 0.5;

    /// <summary>Of this machine.</summary>
    public static IndexPace OfMachine(TimeProvider time) => new(ReadIdle, time);

    /// <summary>Waits as long as others are to have the processor for that.</summary>
    /// <param name="worked">Since it was called before.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask RestAsync(TimeSpan worked, CancellationToken cancellationToken)
    {
        var rest = RestAfter(worked);
        if (rest > TimeSpan.Zero)
            await Task.Delay(rest, time, cancellationToken);
    }

    /// <summary>As long as <see cref="RestAsync"/> waits.</summary>
    public TimeSpan RestAfter(TimeSpan worked)
    {
        _worked += worked;
        Look();
        _owed += worked * (1 / _share - 1);
        if (_owed < LeastRest)
            return TimeSpan.Zero;
        var rest = _owed < LongestRest ? _owed : LongestRest;
        _owed = TimeSpan.Zero;
        return rest;
    }

    private void Look()
    {
        var elapsed = time.GetElapsedTime(_since);
        if (elapsed < LeastPeriod || idle() is not { } now)
            return;
        // What it takes itself is free as well: it would make room for anybody.
        _share = Math.Clamp((now - _idle + _worked) / elapsed / 2, LeastShare, 1);
        (_since, _idle, _worked) = (time.GetTimestamp(), now, TimeSpan.Zero);
    }

    /// <summary>/proc/stat begins "cpu user nice system idle …", in hundredths of a second of all processors together.</summary>
    private static TimeSpan? ReadIdle()
    {
        try
        {
            using var file = File.OpenText("/proc/stat");
            var fields = file.ReadLine()?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return fields is ["cpu", _, _, _, var ticks, ..] && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var hundredths) ? TimeSpan.FromMilliseconds(10 * hundredths) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
