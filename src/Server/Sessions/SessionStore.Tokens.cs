using Postern.Server.Storage;


namespace Postern.Server.Sessions;

/// <summary>Which end of a session a token opens the data channel for.</summary>
internal enum SessionSide { Client, Agent }

internal sealed partial class SessionStore
{
    /// <summary>Replaces the token of one side; the earlier one is worth nothing from now on. False: there is no such session.</summary>
    public async Task<bool> SetTokenAsync(string id, SessionSide side, string tokenHash, DateTimeOffset expires, CancellationToken cancellationToken)
    {
        var column = TokenColumn(side);
        return await database.ExecuteAsync(
            $"UPDATE sessions SET {column} = @tokenHash, {column}_expires_at = @expiresAt WHERE id = @id",
            SqlParameters.Of(new { id, tokenHash, expiresAt = expires.ToUnixTimeMilliseconds() }), cancellationToken) > 0;
    }

    /// <summary>
    /// True when this is the side's token and it has not expired; it is used up by that. Two sockets with the same token: the
    /// UPDATE lets one of them in.
    /// </summary>
    public async Task<bool> UseTokenAsync(string id, SessionSide side, string token, CancellationToken cancellationToken)
    {
        if (token.Length is 0 or > SessionToken.MaxLength)
            return false;
        var column = TokenColumn(side);
        var stored = await database.QuerySingleOrDefaultAsync<StoredToken>(
            $"SELECT {column} AS hash, {column}_expires_at AS expires_at FROM sessions WHERE id = @id", SqlParameters.Of(new { id }), cancellationToken);
        var hash = SessionToken.HashOf(token);
        if (!SessionToken.Matches(stored?.Hash, hash) || stored!.ExpiresAt < Now)
            return false;
        return await database.ExecuteAsync(
            $"UPDATE sessions SET {column} = NULL, {column}_expires_at = NULL WHERE id = @id AND {column} = @hash", SqlParameters.Of(new { id, hash }), cancellationToken) > 0;
    }

    /// <summary>A node has one token for its control channel at a time.</summary>
    public Task SetControlTokenAsync(string nodeId, string tokenHash, DateTimeOffset expires, CancellationToken cancellationToken) => database.ExecuteAsync(
        """
        INSERT INTO control_tokens (node_id, token, expires_at) VALUES (@nodeId, @tokenHash, @expiresAt)
        ON CONFLICT (node_id) DO UPDATE SET token = excluded.token, expires_at = excluded.expires_at
        """, SqlParameters.Of(new { nodeId, tokenHash, expiresAt = expires.ToUnixTimeMilliseconds() }), cancellationToken);

    /// <inheritdoc cref="UseTokenAsync"/>
    public async Task<bool> UseControlTokenAsync(string nodeId, string token, CancellationToken cancellationToken)
    {
        if (token.Length is 0 or > SessionToken.MaxLength)
            return false;
        var stored = await database.QuerySingleOrDefaultAsync<StoredToken>(
            "SELECT token AS hash, expires_at FROM control_tokens WHERE node_id = @nodeId", SqlParameters.Of(new { nodeId }), cancellationToken);
        var hash = SessionToken.HashOf(token);
        if (!SessionToken.Matches(stored?.Hash, hash) || stored!.ExpiresAt < Now)
            return false;
        return await database.ExecuteAsync("DELETE FROM control_tokens WHERE node_id = @nodeId AND token = @hash", SqlParameters.Of(new { nodeId, hash }), cancellationToken) > 0;
    }

    /// <summary>Forgets tokens that nobody used in time.</summary>
    public Task DeleteExpiredTokensAsync(CancellationToken cancellationToken) => database.WriteAsync(async connection =>
    {
        var now = SqlParameters.Of(new { now = Now });
        await connection.ExecuteAsync(
            "UPDATE sessions SET client_token = NULL, client_token_expires_at = NULL WHERE client_token_expires_at < @now", now, cancellationToken);
        await connection.ExecuteAsync(
            "UPDATE sessions SET agent_token = NULL, agent_token_expires_at = NULL WHERE agent_token_expires_at < @now", now, cancellationToken);
        return await connection.ExecuteAsync(
            "DELETE FROM control_tokens WHERE expires_at < @now", now, cancellationToken);
    }, cancellationToken);

    private static string TokenColumn(SessionSide side) => side == SessionSide.Client ? "client_token" : "agent_token";

    private sealed class StoredToken
    {
        public string? Hash { get; set; }
        public long? ExpiresAt { get; set; }
    }
}
