using System.Net;

namespace Postern.Server.Iam;

/// <summary>
/// The signatures of calls that changed something, for as long as they are valid: such a call is carried out once. A client that tries again
/// within the second sends the same signature, because the date in it has whole seconds; so a repeat is let through when it comes soon and from
/// the same address. Later, or from elsewhere, it was copied.
/// </summary>
internal sealed class SeenSignatures(TimeProvider time)
{
    /// <summary>A client signs every attempt afresh, so that a repeat is at most a second and the way behind the first.</summary>
    public static readonly TimeSpan RetryTime = TimeSpan.FromSeconds(10);
    /// <summary>Signatures are remembered for one to two of these: a signature's date may be that far behind or ahead.</summary>
    public static readonly TimeSpan Window = 2 * RequestAuthenticator.DateTolerance;
    /// <summary>Signatures of one window, some 150 bytes each. When there are more the oldest window is forgotten early.</summary>
    public const int MaxSeen = 65_536;

    private readonly Lock _lock = new();
    private Dictionary<string, Arrival> _now = new(StringComparer.Ordinal), _before = new(StringComparer.Ordinal);
    private long _began = time.GetTimestamp();

    /// <summary>True when the signature came before and this is no retry. The signature has been verified.</summary>
    public bool IsReplay(string signature, IPAddress? source)
    {
        lock (_lock)
        {
            if (_now.Count >= MaxSeen || time.GetElapsedTime(_began) >= Window)
            {
                (_before, _now) = (_now, new(StringComparer.Ordinal));
                _began = time.GetTimestamp();
            }
            if (_now.TryGetValue(signature, out var first) || _before.TryGetValue(signature, out first))
                return !Equals(first.Source, source) || time.GetElapsedTime(first.At) > RetryTime;
            _now.Add(signature, new Arrival(source, time.GetTimestamp()));
            return false;
        }
    }

    private readonly record struct Arrival(IPAddress? Source, long At);
}
