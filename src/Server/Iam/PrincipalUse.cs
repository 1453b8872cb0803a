using System.Collections.Concurrent;

namespace Postern.Server.Iam;

/// <summary>When, for what and where a key or a role was used last.</summary>
internal sealed record LastUse(DateTimeOffset At, string Service, string Region);

/// <summary>
/// Remembers the last use of keys and roles. Nothing is written while a call is answered: what is new since is written together, once a
/// minute, by <see cref="PrincipalUseWriter"/>. A gateway that is killed loses the last minute.
/// </summary>
internal sealed class PrincipalUse(TimeProvider time)
{
    /// <summary>Keys and roles with a use not yet written; further ones wait for the next minute.</summary>
    public const int MaxPending = 16384;

    private ConcurrentDictionary<string, LastUse> _pending = new(StringComparer.Ordinal);

    /// <param name="id">Access key id or role id; the caller has been authenticated.</param>
    /// <param name="service">What it was used for.</param>
    /// <param name="region">Where.</param>
    public void Note(string id, string service, string region)
    {
        var now = time.GetUtcNow();
        var pending = _pending;
        if (pending.TryGetValue(id, out var known) && now - known.At < TimeSpan.FromSeconds(1) && known.Service == service)
            return;
        if (known is not null || pending.Count < MaxPending)
            pending[id] = new LastUse(now, service, region);
    }

    /// <summary>A use that is not written yet.</summary>
    public LastUse? Pending(string id) => _pending.GetValueOrDefault(id);

    /// <summary>Everything not written yet, which is forgotten here.</summary>
    public IReadOnlyCollection<KeyValuePair<string, LastUse>> Take()
        => _pending.IsEmpty ? [] : Interlocked.Exchange(ref _pending, new(StringComparer.Ordinal)).ToArray();
}
