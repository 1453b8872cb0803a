using System.Data.Common;
using Postern.Protocol.AwsJson;
using Postern.Server.Nodes;
using Postern.Server.Storage;

namespace Postern.Server.Documents;

/// <summary>A version that is to be stored; its content has been checked.</summary>
internal sealed record NewVersion(string Name, string Content, string Format, string? VersionName, string? DisplayName, string? TargetType, string CreatedBy);

internal sealed partial class DocumentStore
{
    public const int MaxDocuments = 500, MaxVersions = 1000;

    /// <exception cref="AwsErrorException">DocumentAlreadyExists or DocumentLimitExceeded.</exception>
    public Task CreateAsync(NewVersion version, IReadOnlyList<Tag> tags, CancellationToken cancellationToken) => ChangeAsync(async connection =>
    {
        if (await FindAsync(connection, version.Name, cancellationToken) is not null)
            throw new AwsErrorException("DocumentAlreadyExists", $"There is a document {version.Name} already. UpdateDocument adds a version to it.");
        if (await CountAsync(connection, "documents", "1 = 1", null, cancellationToken) >= MaxDocuments)
            throw new AwsErrorException("DocumentLimitExceeded", $"There are {MaxDocuments} documents, as many as an account may have. Delete some, then try again.");
        await connection.ExecuteAsync(
            "INSERT INTO documents (name, latest_version, default_version, last_number, created_at) VALUES (@Name, 1, 1, 1, @Now)", SqlParameters.Of(new { version.Name, Now }), cancellationToken);
        await InsertAsync(connection, version, 1, cancellationToken);
        await TagStore.InsertAsync(connection, DocumentTags.ResourceType, version.Name, tags, cancellationToken);
        return 1L;
    }, cancellationToken);

    /// <param name="version">What to add.</param>
    /// <param name="based">The version its author knew as the latest; null when they did not say.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="AwsErrorException">InvalidDocument, InvalidDocumentVersion, DuplicateDocumentContent, DuplicateDocumentVersionName or DocumentVersionLimitExceeded.</exception>
    public Task<long> AddVersionAsync(NewVersion version, long? based, CancellationToken cancellationToken) => ChangeAsync(async connection =>
    {
        var document = await RequireAsync(connection, version.Name, cancellationToken);
        if (based is { } number && number != document.LatestVersion)
            throw new AwsErrorException("InvalidDocumentVersion", $"Version {number} of document {version.Name} is not the latest, which is {document.LatestVersion}. Only the latest can be updated; set DocumentVersion to $LATEST.");
        var latest = await connection.ExecuteScalarAsync<string>(
            "SELECT content FROM document_versions WHERE document_name = @Name AND version = @LatestVersion", SqlParameters.Of(new { version.Name, document.LatestVersion }), cancellationToken);
        if (latest == version.Content)
            throw new AwsErrorException("DuplicateDocumentContent", $"The content is that of version {document.LatestVersion} of document {version.Name}, the latest. Change it, or use that version.");
        if (version.VersionName is not null && await CountAsync(connection, "document_versions", "document_name = @Name AND version_name = @VersionName", SqlParameters.Of(new { version.Name, version.VersionName }), cancellationToken) > 0)
            throw new AwsErrorException("DuplicateDocumentVersionName", $"Document {version.Name} has a version named {version.VersionName} already. Choose another VersionName.");
        if (await CountAsync(connection, "document_versions", "document_name = @Name", SqlParameters.Of(new { version.Name }), cancellationToken) >= MaxVersions)
            throw new AwsErrorException("DocumentVersionLimitExceeded", $"Document {version.Name} has {MaxVersions} versions, as many as a document may have. Delete some, then try again.");
        var next = document.LastNumber + 1;
        await InsertAsync(connection, version, next, cancellationToken);
        await connection.ExecuteAsync(
            "UPDATE documents SET latest_version = @next, last_number = @next WHERE name = @Name", SqlParameters.Of(new { next, version.Name }), cancellationToken);
        return next;
    }, cancellationToken);

    /// <summary>The name of the version, if it has one.</summary>
    /// <exception cref="AwsErrorException">InvalidDocument or InvalidDocumentVersion.</exception>
    public Task<string?> SetDefaultAsync(string name, long version, CancellationToken cancellationToken) => ChangeAsync(async connection =>
    {
        await RequireAsync(connection, name, cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<DocumentRow>(
            "SELECT version, version_name FROM document_versions WHERE document_name = @name AND version = @version", SqlParameters.Of(new { name, version }), cancellationToken)
            ?? throw DocumentErrors.UnknownVersion(name, DocumentVersion.Text(version));
        await connection.ExecuteAsync("UPDATE documents SET default_version = @version WHERE name = @name", SqlParameters.Of(new { name, version }), cancellationToken);
        return row.VersionName;
    }, cancellationToken);

    /// <summary>Removes a document with its versions and tags.</summary>
    /// <exception cref="AwsErrorException">InvalidDocument, or InvalidDocumentOperation: it is shared.</exception>
    public Task DeleteAsync(string name, CancellationToken cancellationToken) => ChangeAsync(async connection =>
    {
        await RequireAsync(connection, name, cancellationToken);
        if (await CountAsync(connection, "document_shares", "document_name = @name", SqlParameters.Of(new { name }), cancellationToken) > 0)
            throw new AwsErrorException("InvalidDocumentOperation", $"Document {name} is shared with other accounts. End that with ModifyDocumentPermission, then delete it.");
        await connection.ExecuteAsync(
            "DELETE FROM resource_tags WHERE resource_type = @ResourceType AND resource_id = @name", SqlParameters.Of(new { DocumentTags.ResourceType, name }), cancellationToken);
        return await connection.ExecuteAsync("DELETE FROM documents WHERE name = @name", SqlParameters.Of(new { name }), cancellationToken);
    }, cancellationToken);

    /// <exception cref="AwsErrorException">InvalidDocument, InvalidDocumentVersion, or InvalidDocumentOperation: it is the default version.</exception>
    public Task DeleteVersionAsync(string name, long version, CancellationToken cancellationToken) => ChangeAsync(async connection =>
    {
        var document = await RequireAsync(connection, name, cancellationToken);
        if (version == document.DefaultVersion)
            throw new AwsErrorException("InvalidDocumentOperation", $"Version {version} is the default version of document {name}. Make another one the default with UpdateDocumentDefaultVersion, or delete the whole document.");
        if (await connection.ExecuteAsync("DELETE FROM document_versions WHERE document_name = @name AND version = @version", SqlParameters.Of(new { name, version }), cancellationToken) == 0)
            throw DocumentErrors.UnknownVersion(name, DocumentVersion.Text(version));
        return await connection.ExecuteAsync(
            "UPDATE documents SET latest_version = (SELECT MAX(version) FROM document_versions WHERE document_name = @name) WHERE name = @name", SqlParameters.Of(new { name }), cancellationToken);
    }, cancellationToken);

    private Task InsertAsync(DbConnection connection, NewVersion version, long number, CancellationToken cancellationToken) => connection.ExecuteAsync(
        """
        INSERT INTO document_versions (document_name, version, version_name, display_name, target_type, content, format, created_at, created_by)
        VALUES (@Name, @number, @VersionName, @DisplayName, @TargetType, @Content, @Format, @Now, @CreatedBy)
        """,
        SqlParameters.Of(new { version.Name, number, version.VersionName, version.DisplayName, version.TargetType, version.Content, version.Format, Now, version.CreatedBy }), cancellationToken);

    private static async Task<HeldDocument> RequireAsync(DbConnection connection, string name, CancellationToken cancellationToken)
        => await FindAsync(connection, name, cancellationToken) ?? throw DocumentErrors.Unknown(name);

    private static Task<HeldDocument?> FindAsync(DbConnection connection, string name, CancellationToken cancellationToken) => connection.QuerySingleOrDefaultAsync<HeldDocument>(
        "SELECT latest_version, default_version, last_number FROM documents WHERE name = @name", SqlParameters.Of(new { name }), cancellationToken);

    private static Task<long> CountAsync(DbConnection connection, string table, string condition, SqlParameters? parameters, CancellationToken cancellationToken)
        => connection.ExecuteScalarAsync<long>($"SELECT COUNT(*) FROM {table} WHERE {condition}", parameters, cancellationToken);

    private sealed class HeldDocument
    {
        public long LatestVersion { get; set; }
        public long DefaultVersion { get; set; }
        public long LastNumber { get; set; }
    }
}
