using System.Security.Cryptography;
using System.Text;
using Postern.Protocol.AwsJson;
using Postern.Server.Storage;

namespace Postern.Server.Nodes;

/// <summary>An activation as it is kept: the code only as the SHA-256 of its 256 random bits.</summary>
internal sealed class ActivationRow
{
    public const string Columns = "id, code_hash, description, default_instance_name, iam_role, registration_limit, registrations_count, expires_at, created_at, created_by";

    public string Id { get; set; } = "";
    /// <summary>Lower-case hexadecimal digits.</summary>
    public string CodeHash { get; set; } = "";
    public string? Description { get; set; }
    public string? DefaultInstanceName { get; set; }
    public string IamRole { get; set; } = "";
    public long RegistrationLimit { get; set; }
    public long RegistrationsCount { get; set; }
    /// <summary>Milliseconds since 1970, as all times here.</summary>
    public long ExpiresAt { get; set; }
    public long CreatedAt { get; set; }
    /// <summary>The ARN of the caller that made it.</summary>
    public string CreatedBy { get; set; } = "";

    public static string HashCode(string code) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(code)));
}

/// <summary>The table of activations, and the registration that uses one up.</summary>
internal sealed class ActivationStore(Database database)
{
    public Task CreateAsync(ActivationRow activation, IReadOnlyList<Tag> tags, CancellationToken cancellationToken) => database.WriteAsync(async connection =>
    {
        await connection.ExecuteAsync(
            $"""
            INSERT INTO activations ({ActivationRow.Columns}) VALUES (@Id, @CodeHash, @Description, @DefaultInstanceName, @IamRole,
              @RegistrationLimit, @RegistrationsCount, @ExpiresAt, @CreatedAt, @CreatedBy)
            """, SqlParameters.Of(activation), cancellationToken);
        await TagStore.InsertAsync(connection, TagStore.Activation, activation.Id, tags, cancellationToken);
        return tags.Count;
    }, cancellationToken);

    public Task<ActivationRow?> FindAsync(string id, CancellationToken cancellationToken)
        => database.QuerySingleOrDefaultAsync<ActivationRow>($"SELECT {ActivationRow.Columns} FROM activations WHERE id = @id", SqlParameters.Of(new { id }), cancellationToken);

    /// <summary>The next activations after an id, in the order of ids.</summary>
    public Task<IReadOnlyList<ActivationRow>> PageAsync(SqlConditions conditions, string after, int limit, CancellationToken cancellationToken)
    {
        var parameters = conditions.Parameters;
        parameters.Add(SqlParameters.Of(new { after, limit }));
        return database.QueryAsync<ActivationRow>(
            $"SELECT {ActivationRow.Columns} FROM activations WHERE {conditions.Sql} AND id > @after ORDER BY id LIMIT @limit", parameters, cancellationToken);
    }

    /// <summary>False: no such activation.</summary>
    public Task<bool> DeleteAsync(string id, CancellationToken cancellationToken) => database.WriteAsync(async connection =>
    {
        await connection.ExecuteAsync(
            "DELETE FROM resource_tags WHERE resource_type = @type AND resource_id = @id", SqlParameters.Of(new { type = TagStore.Activation, id }), cancellationToken);
        return await connection.ExecuteAsync("DELETE FROM activations WHERE id = @id", SqlParameters.Of(new { id }), cancellationToken) > 0;
    }, cancellationToken);

    /// <summary>
    /// Takes one of the activation's registrations and adds the node with the activation's tags, in one transaction: however many register
    /// at once, no more than the limit succeed. False: expired, used up or deleted.
    /// </summary>
    public Task<bool> RegisterNodeAsync(Node node, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(async connection =>
    {
        var taken = await connection.ExecuteAsync(
            """
            UPDATE activations SET registrations_count = registrations_count + 1
            WHERE id = @ActivationId AND registrations_count < registration_limit AND expires_at > @now
            """, SqlParameters.Of(new { node.ActivationId, now = now.ToUnixTimeMilliseconds() }), cancellationToken);
        if (taken == 0) return false;
        await connection.ExecuteAsync(
            """
            INSERT INTO nodes (id, name, activation_id, iam_role, public_key, fingerprint, registered_at, state)
            VALUES (@Id, @Name, @ActivationId, @IamRole, @PublicKey, @Fingerprint, @now, 'Registered')
            """,
            SqlParameters.Of(new { node.Id, node.Name, node.ActivationId, node.IamRole, node.PublicKey, node.Fingerprint, now = now.ToUnixTimeMilliseconds() }), cancellationToken);
        await connection.ExecuteAsync(
            """
            INSERT INTO resource_tags (resource_type, resource_id, tag_key, tag_value)
            SELECT @ManagedInstance, @Id, tag_key, tag_value FROM resource_tags WHERE resource_type = @Activation AND resource_id = @ActivationId
            """, SqlParameters.Of(new { TagStore.ManagedInstance, TagStore.Activation, node.Id, node.ActivationId }), cancellationToken);
        return true;
    }, cancellationToken);
}
