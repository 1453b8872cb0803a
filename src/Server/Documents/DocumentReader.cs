using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Documents.Content;
using Postern.Server.Nodes;

namespace Postern.Server.Documents;

/// <summary>GetDocument and DescribeDocument: of the default version, unless the request names another one.</summary>
internal sealed class DocumentReader(SessionDocuments documents, DocumentStore store, TagStore tags)
{
    public async Task<GetDocumentResponse> GetAsync(GetDocumentRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var document = await FindAsync(request.Name, request.DocumentVersion, request.VersionName, new Validation().DocumentFormat(request.DocumentFormat), cancellationToken);
        var format = request.DocumentFormat ?? document.Format;
        if (format is not (DocumentVersion.Json or DocumentVersion.Yaml))
            throw DocumentErrors.Invalid($"Document {document.Name} is available in JSON and YAML, not as {format}. Leave DocumentFormat out or set it to one of these.");
        return new GetDocumentResponse
        {
            Name = document.Name,
            CreatedDate = document.CreatedAt,
            DisplayName = document.DisplayName,
            VersionName = document.VersionName,
            DocumentVersion = document.Number,
            Status = DocumentVersion.Active,
            Content = document.ContentAs(format),
            DocumentType = SessionDocument.DocumentType,
            DocumentFormat = format,
        };
    }

    public async Task<DescribeDocumentResponse> DescribeAsync(DescribeDocumentRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var document = await FindAsync(request.Name, request.DocumentVersion, request.VersionName, new Validation(), cancellationToken);
        return new DescribeDocumentResponse { Document = document.Describe(await tags.ListAsync(DocumentTags.ResourceType, document.Name, cancellationToken)) };
    }

    private async Task<DocumentVersion> FindAsync(string? name, string? version, string? versionName, Validation validation, CancellationToken cancellationToken)
    {
        validation.DocumentNameOrArn(name).DocumentVersion(version, versionName).ThrowIfFaulty();
        var snapshot = await documents.RefreshAsync(cancellationToken);
        var known = snapshot.Default(name!) ?? throw DocumentErrors.Unknown(name!);
        if (versionName is null && version is null or "$DEFAULT")
            return known;
        var latest = snapshot.Latest(name!)!;
        var number = version == "$LATEST" ? latest.Version : version == "$DEFAULT" ? known.Version : DocumentRules.NumberOf(known.Name, version);
        if (versionName is null && number == latest.Version)
            return latest;
        return await store.FindAsync(known.Name, number, versionName, cancellationToken) is { } found && !known.IsAmazons
            ? found
            : throw DocumentErrors.UnknownVersion(known.Name, versionName ?? version!);
    }
}
