using Postern.Server.Storage;

namespace Postern.Server.Peers;

/// <summary>The table of gateways.</summary>
internal sealed class PeerStore(Database database)
{
    public Task<int> SaveAsync(PeerRow row, CancellationToken cancellationToken) => database.ExecuteAsync(
        """
        INSERT INTO gateways (name, run, url, certificate, seen_at) VALUES (@Name, @Run, @Url, @Certificate, @SeenAt)
        ON CONFLICT (name) DO UPDATE SET run = excluded.run, url = excluded.url, certificate = excluded.certificate, seen_at = excluded.seen_at
        """, SqlParameters.Of(row), cancellationToken);

    public Task<PeerRow?> FindAsync(string name, CancellationToken cancellationToken)
        => database.QuerySingleOrDefaultAsync<PeerRow>($"SELECT {PeerRow.Columns} FROM gateways WHERE name = @name", SqlParameters.Of(new { name }), cancellationToken);

    /// <summary>All but one, by name.</summary>
    public Task<IReadOnlyList<PeerRow>> ListOthersAsync(string name, CancellationToken cancellationToken)
        => database.QueryAsync<PeerRow>($"SELECT {PeerRow.Columns} FROM gateways WHERE name <> @name ORDER BY name", SqlParameters.Of(new { name }), cancellationToken);

    /// <summary>Forgets gateways that have not been seen since.</summary>
    public Task<int> RemoveBeforeAsync(long seenAt, CancellationToken cancellationToken)
        => database.ExecuteAsync("DELETE FROM gateways WHERE seen_at < @seenAt", SqlParameters.Of(new { seenAt }), cancellationToken);
}

/// <summary>A row of gateways.</summary>
internal sealed class PeerRow
{
    public const string Columns = "name, run, url, certificate, seen_at";

    public string Name { get; set; } = "";
    public string Run { get; set; } = "";
    public string Url { get; set; } = "";
    /// <summary>SHA-256, hexadecimal.</summary>
    public string Certificate { get; set; } = "";
    public long SeenAt { get; set; }
}
