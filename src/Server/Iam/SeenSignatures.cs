namespace Postern.Server.Iam;

/// <summary>
/// The signatures of calls that changed something, for as long as they are valid. The date in a signature has whole seconds, so that honest calls may have the
/// same one: a client that tries again within the second, several that a script starts at once, also different ones. Most say themselves which attempt they are
/// (<see cref="RequestAttempt"/>), and all come soon, from one place. Everything else was copied.
/// </summary>
internal sealed class SeenSignatures(TimeProvider time)
{
    /// <summary>
    /// A client signs every attempt afresh, so that an honest repeat is at most a second and its way behind the first: a busy machine may take seconds from signing to sending.
    /// Of clients that do not number their attempts, as AWS CLI 2.9 and AWS's agent, nothing else tells honest repeats from copies.
    /// </summary>
    public static readonly TimeSpan RetryTime = TimeSpan.FromSeconds(10);
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
                _now.Add(signature, first = new(time.GetTimestamp(), attempt.Source));
            else if (time.GetElapsedTime(first.At) > RetryTime || first.Source != attempt.Source)
                return true;
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

    private readonly record struct First(long At, string Source);
}
