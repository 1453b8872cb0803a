using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Postern.Protocol.AwsJson;
using Postern.Protocol.Messages;
using Postern.Server.Documents;
using Postern.Server.Nodes;
using Postern.Server.Sessions;
using Postern.Server.Settings;
using Postern.Server.Storage;
using Postern.Tests.Documents;
using Postern.Tests.Storage;
using Postern.Tests.Support;

namespace Postern.Tests.Sessions;

/// <summary>Which document a session begins with, while others change it.</summary>
public sealed class StartSessionDocumentTests : IAsyncLifetime
{
    private const string Name = "Own-Shell", NodeId = SessionRows.Node;

    private readonly LastFrame _node = new();
    private ServerHost _host = null!;
    private AwsJsonClient _admin = null!;
    private DocumentStore _elsewhere = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await ServerHost.StartAsync();
        _admin = _host.CreateApiClient();
        _host.Services.GetRequiredService<NodeConnections>().Attach(NodeId, _node);
        _elsewhere = new DocumentStore(_host.Services.GetRequiredService<Database>(), new ServerOptions(), TimeProvider.System);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_session_remembers_the_version_it_began_with()
    {
        await _admin.CallAsync(SsmOperations.CreateDocument, new CreateDocumentRequest { Name = Name, DocumentType = "Session", Content = Profile("one") }, Cancel);
        var first = await StartAsync();
        await _admin.CallAsync(SsmOperations.UpdateDocument, new UpdateDocumentRequest { Name = Name, DocumentVersion = "1", Content = Profile("two") }, Cancel);
        var second = await StartAsync();

        Assert.Equal(("1", "one", "2", "two"), (first.Version, first.Profile, second.Version, second.Profile));
    }

    [Fact]
    public async Task A_document_that_another_gateway_made_or_changed_is_used_at_once()
    {
        await _elsewhere.CreateAsync(new NewVersion(Name, Profile("one"), DocumentVersion.Json, null, null, null, "test"), [], Cancel);
        Assert.Equal(("1", "one"), await StartAsync());
        await _elsewhere.AddVersionAsync(new NewVersion(Name, Profile("two"), DocumentVersion.Json, null, null, null, "test"), null, Cancel);
        Assert.Equal(("2", "two"), await StartAsync());
        await _elsewhere.DeleteAsync(Name, Cancel);
        var error = await Assert.ThrowsAsync<AwsErrorException>(() => StartAsync());
        Assert.Equal("InvalidDocument", error.Code);
    }

    [Fact]
    public async Task A_preference_that_another_gateway_changed_holds_at_once()
    {
        await _elsewhere.CreateAsync(new NewVersion(SessionDocuments.Default, OwnDocuments.Shell("""{"kmsKeyId":"alias/x"}"""), DocumentVersion.Json, null, null, null, "test"), [], Cancel);

        var error = await Assert.ThrowsAsync<AwsErrorException>(() => _admin.CallAsync(SsmOperations.StartSession, new StartSessionRequest { Target = NodeId }, Cancel));

        Assert.Contains("kmsKeyId", error.Message);
        Assert.Null(_node.Frame); // the node was not even asked
    }

    [Theory, EachDatabase]
    public async Task A_session_from_what_is_out_of_date_is_not_entered(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var store = new SessionStore(fixture.Database, TimeProvider.System);
        var documents = new DocumentStore(fixture.Database, new ServerOptions(), TimeProvider.System);
        var before = await documents.RevisionAsync(Cancel);
        await documents.SetSettingAsync(ServiceSettingRules.IdlePort, "5", "test", Cancel);
        var row = SessionRows.New();

        Assert.False(await store.InsertAsync(row, "hash", DateTimeOffset.UtcNow, before, Cancel));
        Assert.Null(await store.FindAsync(row.Id, Cancel));
        Assert.True(await store.InsertAsync(row, "hash", DateTimeOffset.UtcNow, await documents.RevisionAsync(Cancel), Cancel));
    }

    private static string Profile(string text) => OwnDocuments.Shell(JsonSerializer.Serialize(new { shellProfile = new { linux = text } }));

    private async Task<(string? Version, string? Profile)> StartAsync()
    {
        var answer = await _admin.CallAsync(SsmOperations.StartSession, new StartSessionRequest { Target = NodeId, DocumentName = Name }, Cancel);
        var row = await _host.Services.GetRequiredService<SessionStore>().FindAsync(answer.SessionId!, Cancel);
        Assert.True(AgentMessageCodec.TryRead(_node.Frame, out _, out _));
        var shell = JsonSerializer.Deserialize(AgentMessageCodec.PayloadOf(_node.Frame.AsSpan()), MessagesJsonContext.Default.InteractiveShellContent)!;
        var task = JsonSerializer.Deserialize(shell.Content, MessagesJsonContext.Default.SessionTask)!;
        Assert.Equal(answer.SessionId, task.SessionId);
        return (row!.DocumentVersion, task.DocumentContent.GetProperty("inputs").GetProperty("shellProfile").GetProperty("linux").GetString());
    }

    private sealed class LastFrame : INodeConnection
    {
        private volatile byte[]? _frame;

        public byte[]? Frame => _frame;

        public bool TryPost(byte[] frame)
        {
            _frame = frame;
            return true;
        }

        public void Close(string reason) { }
    }
}
