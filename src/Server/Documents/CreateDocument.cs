using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Documents.Content;
using Postern.Server.Nodes;

namespace Postern.Server.Documents;

/// <summary>CreateDocument. SSM-SessionManagerRunShell may be created, too: it takes the place of the built-in preferences.</summary>
internal sealed class CreateDocument(SessionDocuments documents, DocumentStore store)
{
    /// <exception cref="AwsErrorException">ValidationException, InvalidDocumentContent, InvalidDocumentSchemaVersion, MaxDocumentSizeExceeded, DocumentAlreadyExists, DocumentLimitExceeded or TooManyTagsError.</exception>
    public async Task<CreateDocumentResponse> HandleAsync(CreateDocumentRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var tags = request.Tags ?? [];
        new Validation()
            .DocumentName(request.Name)
            .NewDocumentVersion(request.Content, request.DocumentFormat, request.VersionName, request.DisplayName, request.TargetType, request.Attachments)
            .Must(request.Requires is not { Count: > 0 }, "requires", "Session documents require no others here")
            .Tags(tags)
            .ThrowIfFaulty();
        if (tags.Count > TagStore.MaxTagsPerResource)
            throw new AwsErrorException("TooManyTagsError", $"A document has at most {TagStore.MaxTagsPerResource} tags, not {tags.Count}.");
        DocumentRules.RequireSessionType(request.DocumentType);
        var format = DocumentRules.FormatOf(request.DocumentFormat);
        DocumentRules.RefuseReserved(request.Name!);
        RequirePreferences(SessionDocument.Parse(request.Name!, request.Content!, format));

        var version = new NewVersion(request.Name!, request.Content!, format, request.VersionName, request.DisplayName, request.TargetType, context.Caller.Arn);
        await store.CreateAsync(version, tags, cancellationToken);
        var snapshot = await documents.RefreshAsync(cancellationToken);
        // Somebody may have deleted it again meanwhile.
        var created = snapshot.Latest(version.Name) ?? throw DocumentErrors.Unknown(version.Name);
        return new CreateDocumentResponse { DocumentDescription = created.Describe(tags) };
    }

    /// <summary>The preferences of the account are a shell's.</summary>
    /// <exception cref="AwsErrorException">InvalidDocumentContent.</exception>
    public static void RequirePreferences(SessionDocument document)
    {
        if (document.Name == SessionDocuments.Default && document.SessionType != SessionDocument.StandardStream)
            throw DocumentErrors.Content($"sessionType must be {SessionDocument.StandardStream}: {document.Name} holds the preferences of the account, and is the document of shells.");
        if (document.Name == SessionDocuments.Default && document.Parameters.Any(parameter => parameter.Default is null))
            throw DocumentErrors.Content("parameters must all have a default: sessions that name no document give none.");
    }
}
