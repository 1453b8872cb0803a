using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Postern.Protocol.AwsJson;
using Postern.Server.Iam;
using Postern.Server.Identity.Roles;
using Postern.Server.Storage;

namespace Postern.Server.Identity;

/// <summary>The tables of identity as seen by one read or one change, and what every kind needs of them.</summary>
/// <param name="now">Milliseconds since 1970.</param>
internal sealed class IdentityTransaction(DbConnection connection, string account, long now, CancellationToken cancellationToken)
{
    public DbConnection Connection => connection;
    public string Account => account;
    public long Now => now;

    public Task<int> ExecuteAsync(string sql, SqlParameters? parameters = null) => connection.ExecuteAsync(sql, parameters, cancellationToken);

    public async Task<IReadOnlyList<T>> ListAsync<[DynamicallyAccessedMembers(SqlRow.Needed)] T>(string sql, SqlParameters? parameters = null)
        => await connection.QueryAsync<T>(sql, parameters, cancellationToken);

    public Task<T?> SingleAsync<[DynamicallyAccessedMembers(SqlRow.Needed)] T>(string sql, SqlParameters? parameters = null)
        => connection.QuerySingleOrDefaultAsync<T>(sql, parameters, cancellationToken);

    public Task<long> CountAsync(string sql, SqlParameters? parameters = null)
        => connection.ExecuteScalarAsync<long>(sql, parameters, cancellationToken);

    public string ArnOf(IdentityKind kind, IdentityRow row) => kind.Arn(account, row.Path, row.Name);

    public Task<IReadOnlyList<IdentityRow>> AllAsync(IdentityKind kind) => RowsAsync(kind, "1 = 1");

    public async Task<IdentityRow?> FindAsync(IdentityKind kind, string name) => (await RowsAsync(kind, "lower(name) = lower(@name)", SqlParameters.Of(new { name }))).SingleOrDefault();

    public async Task<IdentityRow?> FindByIdAsync(IdentityKind kind, string id) => (await RowsAsync(kind, $"{kind.IdColumn} = @id", SqlParameters.Of(new { id }))).SingleOrDefault();

    /// <exception cref="AwsErrorException">NoSuchEntity.</exception>
    public async Task<IdentityRow> NeedAsync(IdentityKind kind, string name)
        => await FindAsync(kind, name) ?? throw IdentityErrors.NoSuchEntity(kind == IdentityKind.InstanceProfile
            ? $"Instance Profile {name} cannot be found." : $"The {kind.Label} with name {name} cannot be found.");

    /// <summary>Adds the columns every kind has, after looking whether the name is free.</summary>
    /// <exception cref="AwsErrorException">EntityAlreadyExists, LimitExceeded.</exception>
    public async Task<IdentityRow> AddAsync(IdentityKind kind, IdentityRow row, string moreColumns = "", string moreValues = "")
    {
        await EnsureFreeAsync(kind, row.Name);
        if (await CountAsync($"SELECT COUNT(*) FROM {kind.Table}") >= kind.Quota)
            throw IdentityErrors.LimitExceeded(kind.Name + "sPerAccount", kind.Quota);
        row.Id = KeyIds.NewId(kind.Prefix);
        row.CreatedAt = now;
        await ExecuteAsync($"INSERT INTO {kind.Table} ({kind.IdColumn}, name, path, created_at{moreColumns}) VALUES (@Id, @Name, @Path, @CreatedAt{moreValues})", SqlParameters.Of(row));
        return row;
    }

    /// <summary>The name and path of a row.</summary>
    /// <exception cref="AwsErrorException">EntityAlreadyExists: another one has the name.</exception>
    public async Task RenameAsync(IdentityKind kind, IdentityRow row, string? name, string? path)
    {
        if (name is not null && !name.Equals(row.Name, StringComparison.OrdinalIgnoreCase))
            await EnsureFreeAsync(kind, name);
        row.Name = name ?? row.Name;
        row.Path = path ?? row.Path;
        await ExecuteAsync($"UPDATE {kind.Table} SET name = @Name, path = @Path WHERE {kind.IdColumn} = @Id", SqlParameters.Of(row));
    }

    /// <summary>Removes the row with its tags.</summary>
    public async Task RemoveAsync(IdentityKind kind, IdentityRow row)
    {
        await ExecuteAsync("DELETE FROM identity_tags WHERE owner_id = @Id", SqlParameters.Of(row));
        await ExecuteAsync($"DELETE FROM {kind.Table} WHERE {kind.IdColumn} = @Id", SqlParameters.Of(row));
    }

    /// <exception cref="AwsErrorException">DeleteConflict: it still has policies.</exception>
    public async Task EnsureNoPoliciesAsync(IdentityRow row)
    {
        if (await CountAsync("SELECT COUNT(*) FROM policy_attachments WHERE owner_id = @Id", SqlParameters.Of(row)) > 0)
            throw IdentityErrors.DeleteConflict("Cannot delete entity, must detach all policies first.");
        if (await CountAsync("SELECT COUNT(*) FROM inline_policies WHERE owner_id = @Id", SqlParameters.Of(row)) > 0)
            throw IdentityErrors.DeleteConflict("Cannot delete entity, must delete policies first.");
    }

    /// <summary>Rows as they are shown.</summary>
    private async Task<IReadOnlyList<IdentityRow>> RowsAsync(IdentityKind kind, string condition, SqlParameters? parameters = null)
    {
        var rows = await ListAsync<IdentityRow>($"SELECT {kind.Columns} FROM {kind.Table} WHERE {condition}", parameters);
        if (kind == IdentityKind.Role)
            await TrustPrincipals.ShowAsync(this, rows);
        return rows;
    }

    private async Task EnsureFreeAsync(IdentityKind kind, string name)
    {
        if (await FindAsync(kind, name) is { } taken)
            throw IdentityErrors.AlreadyExists($"{(kind == IdentityKind.InstanceProfile ? "Instance Profile" : $"{kind.Name} with name")} {taken.Name} already exists.");
        // Sessions are also named by the id of their owner: called like it, "one's own" would be another's.
        if (kind == IdentityKind.User && await FindByIdAsync(kind, name) is not null)
            throw IdentityErrors.AlreadyExists($"The name {name} is the id of a user.");
    }
}
