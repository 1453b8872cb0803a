using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Documents;
using Postern.Server.Iam;
using Postern.Server.Nodes;
using Postern.Server.Settings;
using Postern.Server.Storage;

namespace Postern.Tests.Documents;

/// <summary>The operations of documents on a database, and what a second gateway on it remembers.</summary>
internal sealed class DocumentWorld(Database database)
{
    public static readonly CallContext Admin = new(new Caller(Access.User, OwnDocuments.Account, $"arn:aws:iam::{OwnDocuments.Account}:user/admin", "AID", "admin"), new Uri("https://localhost"), "127.0.0.1", "r")
    {
        Arns = new Arns("us-east-1", OwnDocuments.Account),
    };

    public DocumentStore Store { get; } = new(database, new ServerOptions(), TimeProvider.System);
    public SessionDocuments Documents => field ??= new SessionDocuments(Store);
    public TagStore TagStore { get; } = new(database);

    public DocumentReader Reader => new(Documents, Store, TagStore);
    public ListDocuments List => new(Documents, TagStore);
    public DocumentVersions Versions => new(Documents, Store);
    public DocumentPermissions Permissions => new(Documents, Store);
    public ServiceSettings Settings => new(Documents, Store);
    public ResourceTags Tags => new(TagStore, [TagStore.Nodes, DocumentTags.Kind]);

    public Task<CreateDocumentResponse> CreateAsync(string name, string content, Func<CreateDocumentRequest, CreateDocumentRequest>? change = null)
    {
        var request = new CreateDocumentRequest { Name = name, Content = content, DocumentType = "Session" };
        return new CreateDocument(Documents, Store).HandleAsync(change?.Invoke(request) ?? request, Admin, default);
    }

    public Task<UpdateDocumentResponse> UpdateAsync(string name, string content, string? version = "$LATEST", string? versionName = null)
        => new UpdateDocument(Documents, Store, TagStore).HandleAsync(new UpdateDocumentRequest { Name = name, Content = content, DocumentVersion = version, VersionName = versionName }, Admin, default);

    public Task<EmptyResponse> DeleteAsync(string name, string? version = null, string? versionName = null)
        => new DeleteDocument(Documents, Store).HandleAsync(new DeleteDocumentRequest { Name = name, DocumentVersion = version, VersionName = versionName }, Admin, default);

    public async Task<string> ContentAsync(string name, string? version = null, string? versionName = null)
        => (await Reader.GetAsync(new GetDocumentRequest { Name = name, DocumentVersion = version, VersionName = versionName }, Admin, default)).Content!;

    public static async Task<string> RefusedAsync(string code, Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<AwsErrorException>(call);
        Assert.Equal(code, error.Code);
        return error.Message;
    }
}
