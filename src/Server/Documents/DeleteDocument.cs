using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Server.Documents;

/// <summary>DeleteDocument: a document, or one version of it. Without the account's own preferences the built-in ones hold again.</summary>
internal sealed class DeleteDocument(SessionDocuments documents, DocumentStore store)
{
    /// <exception cref="AwsErrorException">ValidationException, InvalidDocument, InvalidDocumentVersion or InvalidDocumentOperation.</exception>
    public async Task<EmptyResponse> HandleAsync(DeleteDocumentRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation().DocumentName(request.Name).DocumentVersion(request.DocumentVersion, request.VersionName).ThrowIfFaulty();
        var name = request.Name!;
        var snapshot = await documents.RefreshAsync(cancellationToken);
        var known = snapshot.Default(name) ?? throw DocumentErrors.Unknown(name);
        if (known.IsAmazons)
            throw DocumentErrors.ReadOnly(name);
        if (request is { DocumentVersion: null, VersionName: null })
            await store.DeleteAsync(name, cancellationToken);
        else
            await store.DeleteVersionAsync(name, await NumberAsync(request, known, cancellationToken), cancellationToken);
        await documents.RefreshAsync(cancellationToken);
        return new EmptyResponse();
    }

    private async Task<long> NumberAsync(DeleteDocumentRequest request, DocumentVersion known, CancellationToken cancellationToken)
    {
        var number = request.DocumentVersion switch
        {
            "$LATEST" => known.LatestVersion,
            "$DEFAULT" => known.DefaultVersion,
            _ => DocumentRules.NumberOf(known.Name, request.DocumentVersion),
        };
        return (await store.FindAsync(known.Name, number, request.VersionName, cancellationToken)
            ?? throw DocumentErrors.UnknownVersion(known.Name, request.VersionName ?? request.DocumentVersion!)).Version;
    }
}
