namespace Postern.Server.Iam;

/// <summary>
/// The signatures of calls that changed something, for as long as they are valid. The date in a signature has whole seconds, so that honest calls may have the
/// same one: a client that tries again within the second, several that a script starts at once. Most say themselves which attempt they are
/// (<see cref="RequestAttempt"/>), and all come soon, from one place. Everything else was copied.
/// </summary>
internal sealed class SeenSignatures(TimeProvider time)
{
    /// <summary>A client signs every attempt afresh, so that an honest repeat is at most a second, the way, and the difference of two clocks behind the first.</summary>
    public static readonly TimeSpan RetryTime = TimeSpan.FromSeconds(10);
    /// <summary>
    /// The same for people's clients that do not number their attempts, as AWS CLI 2.9: nothing tells their honest repeats from copies but that they were signed in the same second.
    /// </summary>
    public static readonly TimeSpan UnnumberedTime = TimeSpan.FromSeconds(3);
    /// <summary>Signatures are remembered for one to two of these: a signature's date may be that far behind or ahead.</summary>
    public static readonly TimeSpan Window = 2 * RequestAuthenticator.DateTolerance;
    /// <summary>Calls of one window, some 250 bytes each. When there are more the oldest window is forgotten early.</summary>
    public const int MaxSeen = 65_536;

    private readonly Lock _lock = new();
    private Dictionary<string, First> _now = new(StringComparer.Ordinal), _before = new(StringComparer.Ordinal);
    private HashSet<(string Signature, string Id)> _attemptsNow = [], _attemptsBefore = [];
    private long _began = time.GetTimestamp();

    /// <summary>True when the call is a copy of one that came before. The signature has been verified.</summary>
    public bool IsReplay(string signature, RequestAttempt attempt)
    {
        lock (_lock)
        {
            BeginWindow();
            if (!_now.TryGetValue(signature, out var first) && !_before.TryGetValue(signature, out first))
                _now.Add(signature, first = new(time.GetTimestamp(), attempt.Source, attempt.Id is not null));
            else if (time.GetElapsedTime(first.At) > RetryTime || first.Source != attempt.Source || first.IsNumbered != attempt.Id is not null)
                return true;
            else if (attempt.Id is null)
                return !attempt.OfNode && time.GetElapsedTime(first.At) > UnnumberedTime;
            return attempt.Id is not null && (_attemptsBefore.Contains((signature, attempt.Id)) || !_attemptsNow.Add((signature, attempt.Id)));
        }
    }

    private void BeginWindow()
    {
        if (_now.Count + _attemptsNow.Count < 2 * MaxSeen && time.GetElapsedTime(_began) < Window)
            return;
        (_before, _now) = (_now, new(StringComparer.Ordinal));
        (_attemptsBefore, _attemptsNow) = (_attemptsNow, []);
        _began = time.GetTimestamp();
    }

    private readonly record struct First(long At, string Source, bool IsNumbered);
}
