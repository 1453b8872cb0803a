using System.Globalization;

namespace Postern.Server.Recordings;

/// <summary>
/// Says whether the clock may be believed that recordings are old. One that jumps ahead - its battery was empty, or somebody set it - makes all of them old at once, and what is removed does not
/// come back: so it has to go on without another jump for a day first. What it said last is kept in a file, so that a jump over a restart is noticed, too. Not for several threads at once.
/// </summary>
internal sealed class RetentionClock(RecordingFolder folder, TimeProvider time, ILogger<RetentionClock> log)
{
    public const string FileName = ".clock";
    /// <summary>How far ahead of where it should be the clock may be: a recording is removed that much too early, and a gateway may be down for as long.</summary>
    public static readonly TimeSpan LongestJump = TimeSpan.FromDays(1);
    /// <summary>How long it has to go on after a jump.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromDays(1);
    private static readonly TimeSpan KeepInterval = TimeSpan.FromHours(1);

    // What the clock said, and the time stamp that does not jump.
    private readonly record struct Reading(DateTimeOffset Clock, long Stamp);

    private Reading? _believed, _doubted;
    private DateTimeOffset _kept;
    private bool _began;

    /// <summary>False: nothing may be removed for its age.</summary>
    public bool IsBelieved()
    {
        if (!_began)
            Begin();
        var now = new Reading(time.GetUtcNow(), time.GetTimestamp());
        if (_believed is null || !IsAhead(now, _believed.Value))
            return Believe(now);
        if (_doubted is not { } doubted || IsAhead(now, doubted))
        {
            _doubted = now;
            log.ClockJumped(Text(now.Clock), Text(Expected(_believed.Value, now)), Wait);
            return false;
        }
        if (time.GetElapsedTime(doubted.Stamp, now.Stamp) < Wait)
            return false;
        return Believe(now);
    }

    private bool IsAhead(Reading now, Reading before) => now.Clock - Expected(before, now) > LongestJump;

    private DateTimeOffset Expected(Reading before, Reading now) => before.Clock + time.GetElapsedTime(before.Stamp, now.Stamp);

    private bool Believe(Reading now)
    {
        if (_doubted is not null)
            log.ClockBelieved();
        (_believed, _doubted) = (now, null);
        if ((now.Clock - _kept).Duration() >= KeepInterval)
            Keep(now.Clock);
        return true;
    }

    private void Begin()
    {
        _began = true;
        try
        {
            if (File.Exists(folder.Full(FileName)) && long.TryParse(File.ReadAllText(folder.Full(FileName)), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds())
                _believed = new Reading(DateTimeOffset.FromUnixTimeSeconds(seconds), time.GetTimestamp());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.ClockNotKept(e.Message);
        }
    }

    private void Keep(DateTimeOffset now)
    {
        try
        {
            RecordingFolder.Make(folder.Root);
            File.WriteAllText(folder.Full(FileName), now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.ClockNotKept(e.Message); // and removed all the same: a full disk needs it
        }
        _kept = now;
    }

    private static string Text(DateTimeOffset clock) => clock.ToString("u", CultureInfo.InvariantCulture);
}
