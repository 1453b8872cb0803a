using System.Data.Common;
using Postern.Protocol.Audit;
using Postern.Server.Iam;
using Postern.Server.Storage;

namespace Postern.Server.Audit;

/// <summary>
/// The table of entries and the signed marks of its end and beginning. It stands in the database, because a gateway that shares a PostgreSQL with
/// others shares the log with them, because it is searched, and because there is one thing less to back up. Each batch is one transaction that
/// holds the row of the head: gateways take turns, and the chain has no forks.
/// </summary>
internal sealed class AuditStore(Database database, MasterKey master)
{
    private const string Columns = "sequence, time, event_id, event_name, event_source, user_name, access_key_id, resources, read_only, error_code, record, previous, hash";

    private readonly byte[] _key = master.Derive(AuditChain.KeyPurpose);
    // A gateway that has not been started again since the key was rotated signs with the earlier one.
    private readonly byte[][] _keys = master.DeriveAll(AuditChain.KeyPurpose);

    /// <summary>Signs with the current master key the marks that an earlier one signed. Those that none signed stay: they are a fault, and found as such.</summary>
    public Task<int> ResignAsync(CancellationToken cancellationToken) => database.WriteAsync(async connection =>
    {
        await LockEndAsync(connection, cancellationToken);
        var marks = (await connection.QueryAsync<MarkRow>("SELECT name, sequence, hash, signature FROM audit_marks", null, cancellationToken)).Select(row => row.ToMark());
        var count = 0;
        foreach (var mark in marks.Where(mark => !AuditChain.IsSigned(_key, mark) && AuditChain.IsSigned(_keys, mark)))
        {
            await WriteMarkAsync(connection, AuditChain.Sign(_key, mark.Name, mark.Sequence, mark.Hash), cancellationToken);
            count++;
        }
        return count;
    }, cancellationToken);

    /// <summary>Adds entries behind the end of the log; all of them or none. Returns the new end.</summary>
    /// <param name="entries">Without their places.</param>
    /// <param name="known">An end that the log had; it cannot have an earlier one now.</param>
    /// <param name="discontinued">The entry to write first when the end is not as it was left; it is given what was found.</param>
    /// <param name="cancellationToken">Gives up waiting; a batch that has begun is finished.</param>
    public Task<AuditMark> AppendAsync(IReadOnlyList<AuditEntry> entries, AuditMark? known, Func<string, AuditEntry> discontinued, CancellationToken cancellationToken)
        => database.WriteAsync(async connection =>
        {
            var end = await LockEndAsync(connection, cancellationToken);
            var (sequence, hash) = (end.Sequence, end.Hash);
            if (await FaultAsync(connection, end, known, cancellationToken) is { } fault)
            {
                // The numbers go on behind all that are known: what is missing stays visible.
                sequence = Math.Max(Math.Max(sequence, known?.Sequence ?? 0), await LastSequenceAsync(connection, cancellationToken));
                entries = [discontinued(fault), .. entries];
            }
            foreach (var entry in entries)
            {
                var placed = entry with { Sequence = ++sequence, Previous = hash };
                hash = AuditChain.HashOf(placed);
                await InsertAsync(connection, placed with { Hash = hash }, cancellationToken);
            }
            var head = AuditChain.Sign(_key, AuditMark.Head, sequence, hash);
            await WriteMarkAsync(connection, head, cancellationToken);
            return head;
        }, cancellationToken);

    /// <summary>Entries behind a sequence number, in order.</summary>
    public async Task<IReadOnlyList<AuditEntry>> PageAsync(long after, int limit, CancellationToken cancellationToken)
        => Entries(await database.QueryAsync<EntryRow>($"SELECT {Columns} FROM audit_log WHERE sequence > @after ORDER BY sequence LIMIT @limit", SqlParameters.Of(new { after, limit }), cancellationToken));

    /// <summary>Entries that fulfil conditions, newest first.</summary>
    public async Task<IReadOnlyList<AuditEntry>> FindAsync(SqlConditions conditions, int limit, CancellationToken cancellationToken)
    {
        var parameters = conditions.Parameters;
        parameters.Add("limit", limit);
        return Entries(await database.QueryAsync<EntryRow>($"SELECT {Columns} FROM audit_log WHERE {conditions.Sql} ORDER BY sequence DESC LIMIT @limit", parameters, cancellationToken));
    }

    /// <summary>Null when there is none.</summary>
    public async Task<AuditMark?> FindMarkAsync(string name, CancellationToken cancellationToken)
        => (await database.QuerySingleOrDefaultAsync<MarkRow>("SELECT name, sequence, hash, signature FROM audit_marks WHERE name = @name", SqlParameters.Of(new { name }), cancellationToken))?.ToMark();

    /// <summary>
    /// Removes entries from before a time, oldest first, at most <paramref name="limit"/>, and signs the place where the log begins now. The last
    /// entry always stays. Returns how many were removed.
    /// </summary>
    /// <exception cref="InvalidDataException">One of them is not as it was written: none is removed, for that would remove the proof.</exception>
    public Task<int> RemoveBeforeAsync(DateTimeOffset time, int limit, CancellationToken cancellationToken) => database.WriteAsync(async connection =>
    {
        var end = await LockEndAsync(connection, cancellationToken);
        var start = (await connection.QueryAsync<MarkRow>(
            "SELECT name, sequence, hash, signature FROM audit_marks WHERE name = 'base'", null, cancellationToken)).SingleOrDefault()?.ToMark();
        var rows = await connection.QueryAsync<EntryRow>(
            $"SELECT {Columns} FROM audit_log WHERE sequence < @end ORDER BY sequence LIMIT @limit", SqlParameters.Of(new { end = end.Sequence, limit }), cancellationToken);
        var verifier = new AuditVerifier(start, _keys);
        var fault = verifier.CheckStart();
        foreach (var entry in rows.Select(row => row.ToEntry()).TakeWhile(entry => entry.Time < time.ToUnixTimeMilliseconds()))
            fault ??= verifier.Add(entry);
        if (fault is not null)
            throw new InvalidDataException(fault);
        if (verifier.Count == 0)
            return 0;
        await WriteMarkAsync(connection, AuditChain.Sign(_key, AuditMark.Base, verifier.Last.Sequence, verifier.Last.Hash), cancellationToken);
        return await connection.ExecuteAsync(
            "DELETE FROM audit_log WHERE sequence <= @Sequence", SqlParameters.Of(new { verifier.Last.Sequence }), cancellationToken);
    }, cancellationToken);

    // The update that changes nothing holds the row until the end of the transaction.
    private static async Task<AuditMark> LockEndAsync(DbConnection connection, CancellationToken cancellationToken)
        => (await connection.QueryAsync<MarkRow>(
            "UPDATE audit_marks SET sequence = sequence WHERE name = 'head' RETURNING name, sequence, hash, signature", null, cancellationToken)).SingleOrDefault()?.ToMark()
            ?? new AuditMark(AuditMark.Head, 0, AuditChain.Beginning, "");

    private async Task<string?> FaultAsync(DbConnection connection, AuditMark end, AuditMark? known, CancellationToken cancellationToken)
    {
        if (known is not null && (end.Sequence < known.Sequence || (end.Sequence == known.Sequence && end.Hash != known.Hash)))
            return $"The log ended with entry {known.Sequence}; now it ends with entry {end.Sequence}.";
        if (end is { Sequence: 0, Signature.Length: 0 })
            return await LastSequenceAsync(connection, cancellationToken) is > 0 and var last ? $"The mark of the log's end, entry {last} or later, was removed." : null;
        return AuditChain.IsSigned(_keys, end) ? null : $"The mark of the log's end, entry {end.Sequence}, is not signed by this gateway's key.";
    }

    private static async Task<long> LastSequenceAsync(DbConnection connection, CancellationToken cancellationToken)
        => await connection.ExecuteScalarAsync<long>("SELECT COALESCE(MAX(sequence), 0) FROM audit_log", null, cancellationToken);

    private static Task WriteMarkAsync(DbConnection connection, AuditMark mark, CancellationToken cancellationToken) => connection.ExecuteAsync(
        """
        INSERT INTO audit_marks (name, sequence, hash, signature) VALUES (@Name, @Sequence, @Hash, @Signature)
        ON CONFLICT (name) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash, signature = excluded.signature
        """, SqlParameters.Of(mark), cancellationToken);

    private static Task InsertAsync(DbConnection connection, AuditEntry entry, CancellationToken cancellationToken) => connection.ExecuteAsync(
        $"""
        INSERT INTO audit_log ({Columns})
        VALUES (@Sequence, @Time, @EventId, @EventName, @EventSource, @UserName, @AccessKeyId, @Resources, @readOnly, @ErrorCode, @Record, @Previous, @Hash)
        """,
        SqlParameters.Of(new
        {
            entry.Sequence,
            entry.Time,
            entry.EventId,
            entry.EventName,
            entry.EventSource,
            entry.UserName,
            entry.AccessKeyId,
            entry.Resources,
            readOnly = entry.ReadOnly ? 1L : 0L,
            entry.ErrorCode,
            entry.Record,
            entry.Previous,
            entry.Hash,
        }), cancellationToken);

    private static IReadOnlyList<AuditEntry> Entries(IReadOnlyList<EntryRow> rows) => [.. rows.Select(row => row.ToEntry())];

    private sealed class MarkRow
    {
        public string Name { get; set; } = "";
        public long Sequence { get; set; }
        public string Hash { get; set; } = "";
        public string Signature { get; set; } = "";

        public AuditMark ToMark() => new(Name, Sequence, Hash, Signature);
    }

    private sealed class EntryRow
    {
        public long Sequence { get; set; }
        public long Time { get; set; }
        public string EventId { get; set; } = "";
        public string EventName { get; set; } = "";
        public string EventSource { get; set; } = "";
        public string UserName { get; set; } = "";
        public string AccessKeyId { get; set; } = "";
        public string Resources { get; set; } = "";
        public long ReadOnly { get; set; }
        public string ErrorCode { get; set; } = "";
        public string Record { get; set; } = "";
        public string Previous { get; set; } = "";
        public string Hash { get; set; } = "";

        public AuditEntry ToEntry() => new()
        {
            Sequence = Sequence,
            Time = Time,
            EventId = EventId,
            EventName = EventName,
            EventSource = EventSource,
            UserName = UserName,
            AccessKeyId = AccessKeyId,
            Resources = Resources,
            ReadOnly = ReadOnly != 0,
            ErrorCode = ErrorCode,
            Record = Record,
            Previous = Previous,
            Hash = Hash,
        };
    }
}
