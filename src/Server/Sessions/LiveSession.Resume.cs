namespace Postern.Server.Sessions;

internal sealed partial class LiveSession
{
    private static readonly TimeSpan ResumeInterval = TimeSpan.FromSeconds(1);
    private readonly Lock _resumes = new();
    private TimeSpan _resumesPaid = TimeSpan.MinValue / 2; // a bucket of ResumeBurst drops, written as the time up to which it is empty

    /// <summary>Takes a turn for ResumeSession. False: its caller would have to wait longer than <paramref name="longestWait"/>; no turn is taken.</summary>
    public bool TryReserveResume(TimeSpan longestWait, out TimeSpan wait)
    {
        lock (_resumes)
        {
            var now = Now;
            var earliest = now - ResumeInterval * (_options.ResumeBurst - 1);
            var turn = _resumesPaid + ResumeInterval;
            if (turn < earliest)
                turn = earliest;
            wait = turn > now ? turn - now : TimeSpan.Zero;
            if (wait > longestWait)
                return false;
            _resumesPaid = turn;
            return true;
        }
    }
}
