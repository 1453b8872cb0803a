using System.Data.Common;
using System.Text;
using Postern.Server.Storage;

namespace Postern.Server.Iam;

/// <summary>The keys of a user, as they were made. The secret exists in clear only here.</summary>
internal sealed record NewAccessKey(string AccessKeyId, string SecretAccessKey)
{
    public override string ToString() => $"NewAccessKey({AccessKeyId})"; // never the secret
}

/// <summary>Makes access keys, and opens what the table keeps of them: their secrets are sealed with the master key and bound to their id.</summary>
internal sealed class AccessKeySecrets(Database database, MasterKey master)
{
    private readonly Sealer _sealer = new(master, "access-key-secret");

    /// <summary>Inside a write.</summary>
    public async Task<NewAccessKey> AddAsync(DbConnection connection, string userId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var key = new NewAccessKey(KeyIds.NewLongLived(), KeyIds.NewSecret());
        await connection.ExecuteAsync(
            "INSERT INTO access_keys (access_key_id, user_id, sealed_secret, created_at, status) VALUES (@AccessKeyId, @userId, @sealedSecret, @createdAt, @Active)",
            SqlParameters.Of(new
            {
                key.AccessKeyId,
                userId,
                sealedSecret = _sealer.Seal(Encoding.ASCII.GetBytes(key.SecretAccessKey), key.AccessKeyId),
                createdAt = now.ToUnixTimeMilliseconds(),
                AccessKeyRow.Active,
            }), cancellationToken);
        return key;
    }

    /// <summary>How many were not sealed with the current master key.</summary>
    public async Task<int> CountEarlierAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var row in await database.QueryAsync<AccessKeyRow>($"SELECT {AccessKeyRow.Columns} FROM access_keys", null, cancellationToken))
        {
            Open(row, out var generation);
            count += generation > 0 ? 1 : 0;
        }
        return count;
    }

    /// <exception cref="DatabaseException">The key was sealed with another master key.</exception>
    public string Open(AccessKeyRow row) => Open(row, out _);

    private string Open(AccessKeyRow row, out int generation)
        => _sealer.TryOpen(row.SealedSecret, row.AccessKeyId, out generation) is { } secret
            ? Encoding.ASCII.GetString(secret)
            : throw new DatabaseException($"The access keys in {database.Description} were sealed with another master.key. Use the master.key the database was made with.");

    /// <summary>
    /// Seals with the current master key what an earlier one sealed. Without earlier ones it opens a key of the database, whichever, so that a
    /// wrong master key is found at start and not by the first caller. Returns how many were sealed anew.
    /// </summary>
    /// <exception cref="DatabaseException">A key was sealed with none of the master keys.</exception>
    public Task<int> ResealAsync(CancellationToken cancellationToken) => database.WriteAsync(async connection =>
    {
        var rows = await connection.QueryAsync<AccessKeyRow>(
            $"SELECT {AccessKeyRow.Columns} FROM access_keys ORDER BY created_at" + (master.Count == 1 ? " LIMIT 1" : ""), null, cancellationToken);
        var count = 0;
        foreach (var row in rows)
        {
            var secret = Open(row, out var generation);
            if (generation == 0)
                continue;
            var sealedSecret = _sealer.Seal(Encoding.ASCII.GetBytes(secret), row.AccessKeyId);
            count += await connection.ExecuteAsync(
                "UPDATE access_keys SET sealed_secret = @sealedSecret WHERE access_key_id = @AccessKeyId", SqlParameters.Of(new { sealedSecret, row.AccessKeyId }), cancellationToken);
        }
        return count;
    }, cancellationToken);
}

/// <summary>A row of access_keys.</summary>
internal sealed class AccessKeyRow
{
    public const string Columns = "access_key_id, user_id, sealed_secret, status, created_at, last_used_at, last_used_service, last_used_region";
    public const string Active = "Active", Inactive = "Inactive";

    public string AccessKeyId { get; set; } = "";
    public string UserId { get; set; } = "";
    public byte[] SealedSecret { get; set; } = [];
    public string Status { get; set; } = "";
    public long CreatedAt { get; set; }
    public long? LastUsedAt { get; set; }
    public string? LastUsedService { get; set; }
    public string? LastUsedRegion { get; set; }
}
