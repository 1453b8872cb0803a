using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Documents.Content;
using Postern.Server.Nodes;

namespace Postern.Server.Documents;

/// <summary>UpdateDocument: adds a version, which new sessions use from now on; what $DEFAULT means stays.</summary>
internal sealed class UpdateDocument(SessionDocuments documents, DocumentStore store, TagStore tags)
{
    /// <exception cref="AwsErrorException">ValidationException, the refusals of contents, or those of <see cref="DocumentStore.AddVersionAsync"/>.</exception>
    public async Task<UpdateDocumentResponse> HandleAsync(UpdateDocumentRequest request, CallContext context, CancellationToken cancellationToken)
    {
        new Validation()
            .DocumentName(request.Name)
            .DocumentVersion(request.DocumentVersion, null)
            .NewDocumentVersion(request.Content, request.DocumentFormat, request.VersionName, request.DisplayName, request.TargetType, request.Attachments)
            .ThrowIfFaulty();
        var format = DocumentRules.FormatOf(request.DocumentFormat);
        var name = request.Name!;
        var version = new NewVersion(name, request.Content!, format, request.VersionName, request.DisplayName, request.TargetType, context.Caller.Arn);
        var snapshot = await documents.RefreshAsync(cancellationToken);
        var known = snapshot.Default(name) ?? throw DocumentErrors.Unknown(name);
        if (known.IsAmazons && name != SessionDocuments.Default)
            throw DocumentErrors.ReadOnly(name);
        CreateDocument.RequirePreferences(SessionDocument.Parse(name, request.Content!, format));
        if (known.IsAmazons)
            await store.CreateAsync(version, [], cancellationToken); // the first change of the built-in preferences
        else
            await store.AddVersionAsync(version, Based(request.DocumentVersion, known), cancellationToken);
        snapshot = await documents.RefreshAsync(cancellationToken);
        var updated = snapshot.Latest(name) ?? throw DocumentErrors.Unknown(name);
        return new UpdateDocumentResponse { DocumentDescription = updated.Describe(await tags.ListAsync(DocumentTags.ResourceType, name, cancellationToken)) };
    }

    private static long? Based(string? version, DocumentVersion known)
        => version == "$DEFAULT" ? known.DefaultVersion : DocumentRules.NumberOf(known.Name, version);
}
