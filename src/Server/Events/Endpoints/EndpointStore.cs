using System.Text.Json;
using System.Text.Json.Serialization;
using Postern.Protocol.AwsJson;
using Postern.Server.Iam;
using Postern.Server.Storage;

namespace Postern.Server.Events.Endpoints;

/// <summary>Connections, whose secrets are sealed with the master key and bound to their id, and API destinations.</summary>
internal sealed partial class EndpointStore(Database database, MasterKey master)
{
    /// <summary>Of each.</summary>
    public const int MaxEndpoints = 300;

    private readonly Sealer _sealer = new(master, "event-connection");

    public byte[] Seal(string id, ConnectionAuthParameters secrets) => _sealer.Seal(JsonSerializer.SerializeToUtf8Bytes(secrets, ParametersJson.Default.ConnectionAuthParameters), id);

    /// <exception cref="InvalidDataException">It was sealed with another master key.</exception>
    public ConnectionAuthParameters Open(ConnectionRow row) => Open(row, out _);

    public static string Write(ConnectionAuthParameters open) => JsonSerializer.Serialize(open, ParametersJson.Default.ConnectionAuthParameters);

    public static ConnectionAuthParameters Read(ConnectionRow row) => JsonSerializer.Deserialize(row.Parameters, ParametersJson.Default.ConnectionAuthParameters)!;

    /// <summary>False: there is one of that name.</summary>
    /// <exception cref="AwsErrorException">LimitExceededException.</exception>
    public Task<bool> AddAsync(ConnectionRow row, CancellationToken cancellationToken) => InsertAsync("event_connections", "connections",
        $"INSERT INTO event_connections ({ConnectionRow.Columns}) VALUES (@Name, @Id, @Description, @AuthorizationType, @Parameters, @SealedSecrets, @Authorized, @CreatedAt, @ModifiedAt) ON CONFLICT (name) DO NOTHING",
        SqlParameters.Of(row), cancellationToken);

    /// <summary>False: it is not there any more.</summary>
    public async Task<bool> UpdateAsync(ConnectionRow row, CancellationToken cancellationToken) => await database.ExecuteAsync(
        """
        UPDATE event_connections SET description = @Description, authorization_type = @AuthorizationType, parameters = @Parameters, sealed_secrets = @SealedSecrets,
          authorized = @Authorized, modified_at = @ModifiedAt WHERE name = @Name AND id = @Id
        """, SqlParameters.Of(row), cancellationToken) > 0;

    public Task<ConnectionRow?> FindConnectionAsync(string name, CancellationToken cancellationToken)
        => database.QuerySingleOrDefaultAsync<ConnectionRow>($"SELECT {ConnectionRow.Columns} FROM event_connections WHERE name = @name", SqlParameters.Of(new { name }), cancellationToken);

    public Task<IReadOnlyList<ConnectionRow>> ConnectionsAsync(SqlConditions conditions, int limit, CancellationToken cancellationToken)
        => database.QueryAsync<ConnectionRow>($"SELECT {ConnectionRow.Columns} FROM event_connections WHERE {conditions.Sql} ORDER BY name LIMIT {limit}", conditions.Parameters, cancellationToken);

    /// <exception cref="AwsErrorException">ConcurrentModificationException: an API destination uses it.</exception>
    public Task<bool> DeleteConnectionAsync(string name, CancellationToken cancellationToken) => database.WriteAsync(async connection =>
    {
        if (await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM event_api_destinations WHERE connection_name = @name", SqlParameters.Of(new { name }), cancellationToken) > 0)
            throw new AwsErrorException("ConcurrentModificationException", $"An API destination uses the connection {name}. Delete it first.");
        return await connection.ExecuteAsync("DELETE FROM event_connections WHERE name = @name", SqlParameters.Of(new { name }), cancellationToken) > 0;
    }, cancellationToken);

    /// <summary>False: there is one of that name.</summary>
    /// <exception cref="AwsErrorException">LimitExceededException.</exception>
    public Task<bool> AddAsync(ApiDestinationRow row, CancellationToken cancellationToken) => InsertAsync("event_api_destinations", "API destinations",
        $"INSERT INTO event_api_destinations ({ApiDestinationRow.Columns}) VALUES (@Name, @Id, @Description, @ConnectionName, @Endpoint, @Method, @Rate, @CreatedAt, @ModifiedAt) ON CONFLICT (name) DO NOTHING",
        SqlParameters.Of(row), cancellationToken);

    public async Task<bool> UpdateAsync(ApiDestinationRow row, CancellationToken cancellationToken) => await database.ExecuteAsync(
        """
        UPDATE event_api_destinations SET description = @Description, connection_name = @ConnectionName, endpoint = @Endpoint, method = @Method, rate = @Rate, modified_at = @ModifiedAt
        WHERE name = @Name AND id = @Id
        """, SqlParameters.Of(row), cancellationToken) > 0;

    public Task<ApiDestinationRow?> FindDestinationAsync(string name, CancellationToken cancellationToken)
        => database.QuerySingleOrDefaultAsync<ApiDestinationRow>($"SELECT {ApiDestinationRow.Columns} FROM event_api_destinations WHERE name = @name", SqlParameters.Of(new { name }), cancellationToken);

    public Task<IReadOnlyList<ApiDestinationRow>> DestinationsAsync(SqlConditions conditions, int limit, CancellationToken cancellationToken)
        => database.QueryAsync<ApiDestinationRow>($"SELECT {ApiDestinationRow.Columns} FROM event_api_destinations WHERE {conditions.Sql} ORDER BY name LIMIT {limit}", conditions.Parameters, cancellationToken);

    public async Task<bool> DeleteDestinationAsync(string name, CancellationToken cancellationToken)
        => await database.ExecuteAsync("DELETE FROM event_api_destinations WHERE name = @name", SqlParameters.Of(new { name }), cancellationToken) > 0;

    /// <summary>Seals with the current master key what an earlier one sealed. Returns how many that were.</summary>
    public Task<int> ResealAsync(CancellationToken cancellationToken) => database.WriteAsync(async connection =>
    {
        var count = 0;
        foreach (var row in await connection.QueryAsync<ConnectionRow>($"SELECT {ConnectionRow.Columns} FROM event_connections", null, cancellationToken))
        {
            var secrets = Open(row, out var generation);
            if (generation > 0)
                count += await connection.ExecuteAsync(
                    "UPDATE event_connections SET sealed_secrets = @secrets WHERE name = @Name", SqlParameters.Of(new { secrets = Seal(row.Id, secrets), row.Name }), cancellationToken);
        }
        return count;
    }, cancellationToken);

    /// <summary>How many are not sealed with the current master key.</summary>
    public async Task<int> CountEarlierAsync(CancellationToken cancellationToken)
        => (await database.QueryAsync<ConnectionRow>($"SELECT {ConnectionRow.Columns} FROM event_connections", null, cancellationToken)).Count(row =>
        {
            Open(row, out var generation);
            return generation > 0;
        });

    private ConnectionAuthParameters Open(ConnectionRow row, out int generation)
        => _sealer.TryOpen(row.SealedSecrets, row.Id, out generation) is { } json
            ? JsonSerializer.Deserialize(json, ParametersJson.Default.ConnectionAuthParameters)!
            : throw new InvalidDataException($"The connection {row.Name} was sealed with another master key. Give it its secrets again: aws events update-connection.");

    private Task<bool> InsertAsync(string table, string what, string sql, SqlParameters row, CancellationToken cancellationToken) => database.WriteAsync(async connection =>
    {
        if (await connection.ExecuteScalarAsync<long>($"SELECT COUNT(*) FROM {table}", null, cancellationToken) >= MaxEndpoints)
            throw new AwsErrorException("LimitExceededException", $"There are {MaxEndpoints} {what} already, which is the most there can be. Delete one first.");
        return await connection.ExecuteAsync(sql, row, cancellationToken) > 0;
    }, cancellationToken);

    [JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonSerializable(typeof(ConnectionAuthParameters))]
    private sealed partial class ParametersJson : JsonSerializerContext;
}
