using System.Collections.Concurrent;
using Postern.Server.Iam.Policies;

namespace Postern.Server.Iam;

/// <summary>
/// What was read of principals since the last change. A change does not empty it but replaces it: a reader that began before the change puts
/// what it found into the old one, where nobody looks again.
/// </summary>
/// <param name="version">Of the database when it was begun; what it holds is at least as new.</param>
internal sealed class PrincipalMemory(long version)
{
    /// <summary>Entries of a kind; a table that is full is emptied, and what is in use comes back with its next call.</summary>
    public const int MaxEntries = 16384;

    private readonly ConcurrentDictionary<string, AccessKey> _keys = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Principal> _principals = new(StringComparer.OrdinalIgnoreCase);

    private readonly ConcurrentDictionary<string, NamedPolicy> _policies = new(StringComparer.Ordinal);

    public long Version => version;

    public AccessKey? Key(string accessKeyId) => _keys.GetValueOrDefault(accessKeyId);

    public Principal? Principal(string key) => _principals.GetValueOrDefault(key);

    public NamedPolicy? Policy(string arn) => _policies.GetValueOrDefault(arn);

    public void Keep(NamedPolicy policy) => Keep(_policies, policy.Name, policy);

    public void Keep(AccessKey key) => Keep(_keys, key.AccessKeyId, key);

    public void Keep(string key, Principal principal) => Keep(_principals, key, principal);

    private static void Keep<T>(ConcurrentDictionary<string, T> table, string key, T value)
    {
        if (table.Count >= MaxEntries) table.Clear();
        table[key] = value;
    }
}
