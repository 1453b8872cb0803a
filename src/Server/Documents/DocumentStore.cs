using System.Data.Common;
using Postern.Server.Documents.Content;
using Postern.Server.Settings;
using Postern.Server.Storage;

namespace Postern.Server.Documents;

/// <summary>The tables of documents, their versions and settings. Every change counts the revision up in its own transaction.</summary>
internal sealed partial class DocumentStore(Database database, ServerOptions options, TimeProvider time)
{
    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    public async Task<long> RevisionAsync(CancellationToken cancellationToken)
        => await database.QuerySingleOrDefaultAsync<long>("SELECT revision FROM documents_revision", null, cancellationToken);

    /// <summary>The latest and the default version of every document, and the settings. What <paramref name="known"/> has read already is not read again.</summary>
    public async Task<DocumentSnapshot> ReadAsync(DocumentSnapshot known, CancellationToken cancellationToken)
    {
        // The revision first: a change that comes in between is then found again, not missed.
        var revision = await RevisionAsync(cancellationToken);
        var rows = await database.QueryAsync<DocumentRow>(
            $"SELECT {DocumentRow.Columns} FROM {DocumentRow.Tables} WHERE v.version = d.latest_version OR v.version = d.default_version", null, cancellationToken);
        var settings = await database.QueryAsync<SettingRow>("SELECT id, value, changed_at, changed_by FROM service_settings", null, cancellationToken);
        return new DocumentSnapshot(revision,
            [.. rows.Select(row => row.ToVersion(options.Account, (row.Version == row.LatestVersion ? known.Latest(row.Name) : known.Default(row.Name))?.Session))],
            settings.ToDictionary(setting => setting.Id, setting => setting.Value, StringComparer.Ordinal));
    }

    /// <summary>Any version of a document of the account; null when there is none.</summary>
    public async Task<DocumentVersion?> FindAsync(string name, long? version, string? versionName, CancellationToken cancellationToken)
    {
        var conditions = new SqlConditions();
        conditions.And($"d.name = {conditions.Value(name)}");
        if (version is { } number) conditions.And($"v.version = {conditions.Value(number)}");
        if (versionName is not null) conditions.And($"v.version_name = {conditions.Value(versionName)}");
        var row = await database.QuerySingleOrDefaultAsync<DocumentRow>(
            $"SELECT {DocumentRow.Columns} FROM {DocumentRow.Tables} WHERE {conditions.Sql}", conditions.Parameters, cancellationToken);
        return row?.ToVersion(options.Account, null);
    }

    /// <summary>Versions older than one, the newest first, without a look into their content.</summary>
    public Task<IReadOnlyList<DocumentRow>> VersionsAsync(string name, long before, int limit, CancellationToken cancellationToken) => database.QueryAsync<DocumentRow>(
        $"SELECT {DocumentRow.Columns.Replace("v.content, ", "", StringComparison.Ordinal)} FROM {DocumentRow.Tables} WHERE d.name = @name AND v.version < @before ORDER BY v.version DESC LIMIT @limit",
        SqlParameters.Of(new { name, before, limit }), cancellationToken);

    private Task<T> ChangeAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellationToken) => database.WriteAsync(async connection =>
    {
        // Holds the row: on a shared database, too, changes come one after another, and limits are not passed by two at once.
        await connection.ExecuteAsync("UPDATE documents_revision SET revision = revision + 1", null, cancellationToken);
        return await work(connection);
    }, cancellationToken);
}
