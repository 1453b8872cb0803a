using System.Text.Json;

namespace Postern.Protocol.Audit;

/// <summary>
/// Goes through a log from its beginning and stops at the first entry that is not as it was written, or not where it was. Without the key a log that
/// was written anew from some entry on looks whole: say so to whoever asked.
/// </summary>
/// <param name="start">The signed place up to which entries were removed for their age; null when the log is complete.</param>
/// <param name="keys">From <see cref="AuditChain.KeysFrom"/>; null: signatures are not looked at.</param>
public sealed class AuditVerifier(AuditMark? start, IReadOnlyList<byte[]>? keys)
{
    /// <summary>Entry that the gateway writes when it finds that its log is not as it left it.</summary>
    public const string Discontinued = "AuditLogDiscontinued";

    private long _last = start?.Sequence ?? 0;
    private string _hash = start?.Hash ?? AuditChain.Beginning;

    /// <summary>Entries found good.</summary>
    public long Count { get; private set; }

    /// <summary>The last entry found good; that of <paramref name="start"/> before there was one.</summary>
    public (long Sequence, string Hash) Last => (_last, _hash);

    /// <summary>What is wrong with the log's beginning; null when nothing is.</summary>
    public string? CheckStart() => start is not null && keys is not null && !AuditChain.IsSigned(keys, start)
        ? $"The mark that says entries up to {start.Sequence} were removed for their age is not signed by this gateway's key."
        : null;

    /// <summary>What is wrong with the next entry; null when nothing is. After a fault the rest of the log proves nothing.</summary>
    public string? Add(AuditEntry entry)
    {
        var expected = _last + 1;
        if (entry.Sequence > expected)
            return entry.Sequence - expected == 1 ? $"Entry {expected} is missing." : $"Entries {expected} to {entry.Sequence - 1} are missing.";
        if (entry.Sequence < expected)
            return $"Entry {entry.Sequence} stands where entry {expected} should: the log was reordered, or has an entry twice.";
        if (entry.Previous != _hash)
            return $"Entry {entry.Sequence} does not follow the entry before it, which has another hash: one of the two was replaced.";
        if (AuditChain.HashOf(entry) != entry.Hash)
            return $"Entry {entry.Sequence} was changed: its content does not have its hash.";
        if (entry.EventName == Discontinued)
            return $"Entry {entry.Sequence} says that the gateway found its log changed. {DetailsOf(entry)}";
        (_last, _hash) = (entry.Sequence, entry.Hash);
        Count++;
        return null;
    }

    /// <summary>After the last entry: what is wrong with the log's end; null when nothing is.</summary>
    /// <param name="head">The signed place of the last entry.</param>
    public string? Finish(AuditMark? head)
    {
        if (head is null)
            return "The log has no mark of its end: whether entries are missing there cannot be told.";
        if (head is { Sequence: 0, Signature.Length: 0 } && Count == 0 && start is null)
            return null; // nothing was ever written
        if (keys is not null && !AuditChain.IsSigned(keys, head))
            return $"The mark of the log's end (entry {head.Sequence}) is not signed by this gateway's key: the log was written by someone else, or its end was cut off.";
        if (head.Sequence > _last)
            return head.Sequence - _last == 1 ? $"Entry {head.Sequence}, the last one, is missing." : $"Entries {_last + 1} to {head.Sequence}, the last ones, are missing.";
        if (head.Sequence < _last)
            return $"Entry {head.Sequence + 1} was added behind the log's end.";
        return head.Hash == _hash ? null : $"Entry {head.Sequence}, the last one, was replaced.";
    }

    private static string DetailsOf(AuditEntry entry)
    {
        try
        {
            using var record = JsonDocument.Parse(entry.Record);
            return record.RootElement.TryGetProperty("additionalEventData", out var data) ? data.GetRawText() : "";
        }
        catch (JsonException)
        {
            return ""; // its hash is right: the gateway wrote it so
        }
    }
}
