using System.Data.Common;
using System.Text;
using Dapper;
using Postern.Server.Storage;

namespace Postern.Server.Iam;

/// <summary>The keys of a user, as they were made. The secret exists in clear only here.</summary>
internal sealed record NewAccessKey(string AccessKeyId, string SecretAccessKey)
{
    public override string ToString() => $"NewAccessKey({AccessKeyId})"; // never the secret
}

/// <summary>A user's long-lived key, opened.</summary>
internal sealed record UserKey(string UserId, string UserName, string SecretAccessKey)
{
    public override string ToString() => $"UserKey({UserName})"; // never the secret
}

/// <summary>Users and their access keys.</summary>
internal sealed class UserStore(Database database, MasterKey master, TimeProvider time)
{
    public const string AdministratorName = "admin";

    private readonly Sealer _secrets = new(master, "access-key-secret");

    /// <summary>
    /// Makes the first administrator unless the database has one; several gateways may try at once, one succeeds. Its keys are handed to
    /// <paramref name="handOver"/> before the commit: when that fails, nobody was made and the next start tries again.
    /// </summary>
    public Task<bool> CreateAdministratorAsync(Action<NewAccessKey> handOver, CancellationToken cancellationToken)
        => database.WriteAsync(async connection =>
        {
            var userId = KeyIds.NewUserId();
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            var made = await connection.ExecuteAsync(new CommandDefinition(
                "INSERT INTO users (user_id, name, created_at) VALUES (@userId, @name, @now) ON CONFLICT (name) DO NOTHING",
                new { userId, name = AdministratorName, now }, cancellationToken: cancellationToken));
            if (made == 0)
                return false;
            handOver(await AddKeyAsync(connection, userId, now, cancellationToken));
            return true;
        }, cancellationToken);

    /// <summary>Null when there is no such key.</summary>
    /// <exception cref="DatabaseException">The key was sealed with another master key.</exception>
    public async Task<UserKey?> FindKeyAsync(string accessKeyId, CancellationToken cancellationToken)
    {
        var row = await database.QuerySingleOrDefaultAsync<KeyRow>(
            """
            SELECT k.access_key_id, k.sealed_secret, u.user_id, u.name
            FROM access_keys k JOIN users u ON u.user_id = k.user_id
            WHERE k.access_key_id = @accessKeyId
            """, new { accessKeyId }, cancellationToken);
        return row is null ? null : new UserKey(row.UserId, row.Name, Open(row));
    }

    /// <summary>Opens one key of the database, whichever, so that a wrong master.key is found at start and not by the first caller.</summary>
    /// <exception cref="DatabaseException">The key was sealed with another master key.</exception>
    public async Task CheckMasterKeyAsync(CancellationToken cancellationToken)
    {
        var row = await database.QuerySingleOrDefaultAsync<KeyRow>(
            "SELECT access_key_id, sealed_secret FROM access_keys ORDER BY created_at LIMIT 1", null, cancellationToken);
        if (row is not null)
            Open(row);
    }

    private async Task<NewAccessKey> AddKeyAsync(DbConnection connection, string userId, long now, CancellationToken cancellationToken)
    {
        var key = new NewAccessKey(KeyIds.NewLongLived(), KeyIds.NewSecret());
        await connection.ExecuteAsync(new CommandDefinition(
            "INSERT INTO access_keys (access_key_id, user_id, sealed_secret, created_at) VALUES (@AccessKeyId, @userId, @sealedSecret, @now)",
            new { key.AccessKeyId, userId, sealedSecret = _secrets.Seal(Encoding.ASCII.GetBytes(key.SecretAccessKey), key.AccessKeyId), now },
            cancellationToken: cancellationToken));
        return key;
    }

    private string Open(KeyRow row)
        => _secrets.TryOpen(row.SealedSecret, row.AccessKeyId) is { } secret
            ? Encoding.ASCII.GetString(secret)
            : throw new DatabaseException($"The access keys in {database.Description} were sealed with another master.key. Use the master.key the database was made with.");

    private sealed class KeyRow
    {
        public string AccessKeyId { get; set; } = "";
        public byte[] SealedSecret { get; set; } = [];
        public string UserId { get; set; } = "";
        public string Name { get; set; } = "";
    }
}
