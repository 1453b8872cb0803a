namespace Postern.Server.Iam;

/// <summary>
/// The signatures of calls that changed something, for as long as they are valid. The date in a signature has whole seconds: a client that tries
/// again within the second, or two machines with the same key and the same timetable, send the same one. So a repeat is let through when
/// it comes soon. Later, it was copied.
/// </summary>
internal sealed class SeenSignatures(TimeProvider time)
{
    /// <summary>A client signs every attempt afresh, so that an honest repeat is at most a second, the way, and the difference of two clocks behind the first.</summary>
    public static readonly TimeSpan RetryTime = TimeSpan.FromSeconds(10);
    /// <summary>Signatures are remembered for one to two of these: a signature's date may be that far behind or ahead.</summary>
    public static readonly TimeSpan Window = 2 * RequestAuthenticator.DateTolerance;
    /// <summary>Signatures of one window, some 150 bytes each. When there are more the oldest window is forgotten early.</summary>
    public const int MaxSeen = 65_536;

    private readonly Lock _lock = new();
    private Dictionary<string, long> _now = new(StringComparer.Ordinal), _before = new(StringComparer.Ordinal);
    private long _began = time.GetTimestamp();

    /// <summary>True when the signature came before and this is no retry. The signature has been verified.</summary>
    public bool IsReplay(string signature)
    {
        lock (_lock)
        {
            if (_now.Count >= MaxSeen || time.GetElapsedTime(_began) >= Window)
            {
                (_before, _now) = (_now, new(StringComparer.Ordinal));
                _began = time.GetTimestamp();
            }
            if (_now.TryGetValue(signature, out var first) || _before.TryGetValue(signature, out first))
                return time.GetElapsedTime(first) > RetryTime;
            _now.Add(signature, time.GetTimestamp());
            return false;
        }
    }
}
