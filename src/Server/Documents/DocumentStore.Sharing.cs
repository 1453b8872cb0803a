using Postern.Protocol.AwsJson;
using Postern.Server.Storage;

namespace Postern.Server.Documents;

/// <summary>An account that a document is shared with.</summary>
internal sealed class ShareRow
{
    public string AccountId { get; set; } = "";
    public string? SharedVersion { get; set; }
}

/// <summary>A setting that was changed.</summary>
internal sealed class SettingRow
{
    public string Id { get; set; } = "";
    public string Value { get; set; } = "";
    public long ChangedAt { get; set; }
    public string ChangedBy { get; set; } = "";
}

internal sealed partial class DocumentStore
{
    public const int MaxShares = 1000;

    /// <exception cref="AwsErrorException">InvalidDocument or DocumentPermissionLimit; then nothing was changed.</exception>
    public Task ShareAsync(string name, IReadOnlyList<string> add, IReadOnlyList<string> remove, string? sharedVersion, CancellationToken cancellationToken) => ChangeAsync(async connection =>
    {
        await RequireAsync(connection, name, cancellationToken);
        foreach (var account in remove)
            await connection.ExecuteAsync(
                "DELETE FROM document_shares WHERE document_name = @name AND account_id = @account", SqlParameters.Of(new { name, account }), cancellationToken);
        foreach (var account in add)
            await connection.ExecuteAsync(
                """
                INSERT INTO document_shares (document_name, account_id, shared_version) VALUES (@name, @account, @sharedVersion)
                ON CONFLICT (document_name, account_id) DO UPDATE SET shared_version = excluded.shared_version
                """, SqlParameters.Of(new { name, account, sharedVersion }), cancellationToken);
        var count = await CountAsync(connection, "document_shares", "document_name = @name", SqlParameters.Of(new { name }), cancellationToken);
        if (count > MaxShares)
            throw new AwsErrorException("DocumentPermissionLimit", $"Document {name} would be shared with {count} accounts; at most {MaxShares} are allowed.");
        return count;
    }, cancellationToken);

    /// <summary>Accounts behind one, in the order of their ids.</summary>
    public Task<IReadOnlyList<ShareRow>> SharesAsync(string name, string after, int limit, CancellationToken cancellationToken) => database.QueryAsync<ShareRow>(
        "SELECT account_id, shared_version FROM document_shares WHERE document_name = @name AND account_id > @after ORDER BY account_id LIMIT @limit", SqlParameters.Of(new { name, after, limit }), cancellationToken);

    public Task<SettingRow?> FindSettingAsync(string id, CancellationToken cancellationToken) => database.QuerySingleOrDefaultAsync<SettingRow>(
        "SELECT id, value, changed_at, changed_by FROM service_settings WHERE id = @id", SqlParameters.Of(new { id }), cancellationToken);

    public Task SetSettingAsync(string id, string value, string changedBy, CancellationToken cancellationToken) => ChangeAsync(connection => connection.ExecuteAsync(
        """
        INSERT INTO service_settings (id, value, changed_at, changed_by) VALUES (@id, @value, @Now, @changedBy)
        ON CONFLICT (id) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at, changed_by = excluded.changed_by
        """, SqlParameters.Of(new { id, value, Now, changedBy }), cancellationToken), cancellationToken);

    public Task ResetSettingAsync(string id, CancellationToken cancellationToken) => ChangeAsync(connection => connection.ExecuteAsync(
        "DELETE FROM service_settings WHERE id = @id", SqlParameters.Of(new { id }), cancellationToken), cancellationToken);
}
