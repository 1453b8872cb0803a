using System.Globalization;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Server.Documents;

/// <summary>ListDocumentVersions, the newest first, and UpdateDocumentDefaultVersion.</summary>
internal sealed class DocumentVersions(SessionDocuments documents, DocumentStore store)
{
    private const int MaxPage = 50;

    /// <exception cref="AwsErrorException">ValidationException, InvalidDocument or InvalidNextToken.</exception>
    public async Task<ListDocumentVersionsResponse> ListAsync(ListDocumentVersionsRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().DocumentNameOrArn(request.Name).Range("maxResults", request.MaxResults, 1, MaxPage).ThrowIfFaulty();
        var snapshot = await documents.RefreshAsync(cancellationToken);
        var document = snapshot.Default(request.Name!) ?? throw DocumentErrors.Unknown(request.Name!);
        var scope = PageToken.Scope(nameof(ListAsync), [("Name", [document.Name])]);
        var before = PageToken.Read(scope, request.NextToken) is { Length: > 0 } position
            ? long.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0
            : long.MaxValue;
        if (document.IsAmazons)
            return new ListDocumentVersionsResponse { DocumentVersions = [Describe(document.Name, document.DisplayName, document.Version, null, document.CreatedAt, true, document.Format)] };
        var size = request.MaxResults ?? MaxPage;
        var rows = await store.VersionsAsync(document.Name, before, size + 1, cancellationToken);
        return new ListDocumentVersionsResponse
        {
            DocumentVersions = [.. rows.Take(size).Select(row => Describe(row.Name, row.DisplayName, row.Version, row.VersionName, DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt), row.Version == row.DefaultVersion, row.Format))],
            NextToken = rows.Count > size ? PageToken.Write(scope, DocumentVersion.Text(rows[size - 1].Version)) : null,
        };
    }

    /// <exception cref="AwsErrorException">ValidationException, InvalidDocument or InvalidDocumentVersion.</exception>
    public async Task<UpdateDocumentDefaultVersionResponse> SetDefaultAsync(UpdateDocumentDefaultVersionRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().DocumentName(request.Name).Required("documentVersion", request.DocumentVersion).DocumentVersion(request.DocumentVersion, null).ThrowIfFaulty();
        var name = request.Name!;
        if (DocumentRules.NumberOf(name, request.DocumentVersion) is not { } version)
            throw DocumentErrors.Invalid($"DocumentVersion must be the number of a version, not {request.DocumentVersion}.");
        var snapshot = await documents.RefreshAsync(cancellationToken);
        if ((snapshot.Default(name) ?? throw DocumentErrors.Unknown(name)).IsAmazons)
            throw DocumentErrors.ReadOnly(name);
        var versionName = await store.SetDefaultAsync(name, version, cancellationToken);
        await documents.RefreshAsync(cancellationToken);
        return new UpdateDocumentDefaultVersionResponse
        {
            Description = new DocumentDefaultVersionDescription { Name = name, DefaultVersion = DocumentVersion.Text(version), DefaultVersionName = versionName },
        };
    }

    private static DocumentVersionInfo Describe(string name, string? displayName, long version, string? versionName, DateTimeOffset created, bool isDefault, string format) => new()
    {
        Name = name,
        DisplayName = displayName,
        DocumentVersion = DocumentVersion.Text(version),
        VersionName = versionName,
        CreatedDate = created,
        IsDefaultVersion = isDefault,
        DocumentFormat = format,
        Status = DocumentVersion.Active,
    };
}
