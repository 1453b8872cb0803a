using System.Security.Cryptography;
using System.Text;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Documents;
using Postern.Tests.Storage;

namespace Postern.Tests.Documents;

public sealed class DocumentOperationTests : IAsyncLifetime
{
    private static CallContext Context => DocumentWorld.Admin;

    private DatabaseFixture _fixture = null!;
    private DocumentReader _reader = null!;
    private ListDocuments _list = null!;

    public async ValueTask InitializeAsync()
    {
        _fixture = await DatabaseFixture.CreateAsync(DatabaseKind.Sqlite);
        var world = new DocumentWorld(_fixture.Database);
        (_reader, _list) = (world.Reader, world.List);
    }

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData("1")]
    [InlineData("$LATEST")]
    [InlineData("$DEFAULT")]
    public async Task The_only_version_has_all_its_names(string? version)
    {
        var document = await _reader.GetAsync(new GetDocumentRequest { Name = "AWS-StartSSHSession", DocumentVersion = version }, Context, default);

        Assert.Equal(("1", "Session", "JSON"), (document.DocumentVersion, document.DocumentType, document.DocumentFormat));
        Assert.Contains("{{ portNumber }}", document.Content);
    }

    [Fact]
    public async Task The_hash_is_that_of_the_content()
    {
        var content = (await _reader.GetAsync(new GetDocumentRequest { Name = "AWS-StartSSHSession" }, Context, default)).Content!;
        var description = (await _reader.DescribeAsync(new DescribeDocumentRequest { Name = "AWS-StartSSHSession" }, Context, default)).Document!;

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content))), description.Hash);
        Assert.Equal(("Sha256", "Amazon", "Session", "1.0"), (description.HashType, description.Owner, description.DocumentType, description.SchemaVersion));
        var parameter = Assert.Single(description.Parameters!);
        Assert.Equal(("portNumber", "String", "22"), (parameter.Name, parameter.Type, parameter.DefaultValue));
    }

    [Theory]
    [InlineData("AWS-RunShellScript", null, null, "InvalidDocument")]
    [InlineData("AWS-StartSSHSession", "2", null, "InvalidDocumentVersion")]
    [InlineData("AWS-StartSSHSession", "latest", null, "ValidationException")]
    [InlineData("AWS-StartSSHSession", null, "TEXT", "ValidationException")]
    [InlineData("AWS-StartSSHSession", null, "XML", "ValidationException")]
    [InlineData("x", null, null, "ValidationException")]
    [InlineData(null, null, null, "ValidationException")]
    [InlineData("AWS-StartSSHSession\n", null, null, "ValidationException")]
    public async Task What_is_not_there_has_its_own_error(string? name, string? version, string? format, string code)
    {
        var error = await Assert.ThrowsAsync<AwsErrorException>(() => _reader.GetAsync(new GetDocumentRequest { Name = name, DocumentVersion = version, DocumentFormat = format }, Context, default));

        Assert.Equal(code, error.Code);
    }

    [Fact]
    public async Task Pages_together_give_every_document_once()
    {
        List<string> names = [];
        string? token = null;
        do
        {
            var page = await _list.HandleAsync(new ListDocumentsRequest { MaxResults = 4, NextToken = token }, Context, default);
            names.AddRange(page.DocumentIdentifiers!.Select(document => document.Name!));
            token = page.NextToken;
        }
        while (token is not null);

        Assert.Equal(DocumentSnapshot.Empty.ByName.Select(document => document.Name), names);
    }

    [Theory]
    [InlineData("Name", "AWS-StartPort", 2)]
    [InlineData("Owner", "Amazon", 6)]
    [InlineData("Owner", "Self", 0)]
    [InlineData("PlatformTypes", "Linux", 6)]
    [InlineData("PlatformTypes", "Solaris", 0)]
    [InlineData("DocumentType", "Session", 6)]
    [InlineData("DocumentType", "Command", 0)]
    public async Task Both_forms_of_filters_find_the_same(string key, string value, int count)
    {
        var legacy = await _list.HandleAsync(new ListDocumentsRequest { DocumentFilterList = [new DocumentFilter { Key = key, Value = value }] }, Context, default);
        var filtered = await _list.HandleAsync(new ListDocumentsRequest { Filters = [new DocumentKeyValuesFilter { Key = key, Values = [value] }] }, Context, default);

        Assert.Equal(count, legacy.DocumentIdentifiers!.Count);
        Assert.Equal(legacy.DocumentIdentifiers.Select(document => document.Name), filtered.DocumentIdentifiers!.Select(document => document.Name));
    }

    [Fact]
    public async Task An_unknown_filter_names_those_that_there_are()
    {
        var error = await Assert.ThrowsAsync<AwsErrorException>(() => _list.HandleAsync(new ListDocumentsRequest { Filters = [new DocumentKeyValuesFilter { Key = "Colour", Values = ["red"] }] }, Context, default));

        Assert.Equal("InvalidFilterKey", error.Code);
        Assert.Contains("DocumentType", error.Message);
    }

    [Fact]
    public async Task A_token_of_other_filters_is_refused()
    {
        var page = await _list.HandleAsync(new ListDocumentsRequest { MaxResults = 1 }, Context, default);

        var error = await Assert.ThrowsAsync<AwsErrorException>(() => _list.HandleAsync(
            new ListDocumentsRequest { MaxResults = 1, NextToken = page.NextToken, Filters = [new DocumentKeyValuesFilter { Key = "Owner", Values = ["Amazon"] }] }, Context, default));

        Assert.Equal("InvalidNextToken", error.Code);
    }
}
