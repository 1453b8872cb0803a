using Postern.Protocol.AwsJson;
using Postern.Server.Documents;
using Postern.Tests.Storage;
using static Postern.Tests.Documents.DocumentWorld;
using static Postern.Tests.Documents.OwnDocuments;

namespace Postern.Tests.Documents;

/// <summary>Documents from their creation to their end, on each database.</summary>
public sealed class DocumentLifeTests
{
    private const string Name = "Own-Shell";
    private static readonly string First = Shell("""{"idleSessionTimeout":"5"}"""), Second = Shell("""{"idleSessionTimeout":"6"}"""), Third = Shell("""{"idleSessionTimeout":"7"}""");

    [Theory, EachDatabase]
    public async Task A_document_is_created_read_described_listed_and_deleted(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var world = new DocumentWorld(fixture.Database);

        var created = (await world.CreateAsync(Name, First, request => request with { VersionName = "one", DisplayName = "My shell", TargetType = "/AWS::EC2::Instance", Tags = [new Tag { Key = "env", Value = "prod" }] })).DocumentDescription!;
        Assert.Equal((Name, "1", "1", "1", "Session", "JSON", "one", "Active"), (created.Name, created.DocumentVersion, created.LatestVersion, created.DefaultVersion, created.DocumentType, created.DocumentFormat, created.VersionName, created.Status));
        Assert.Equal(First, await world.ContentAsync(Name));
        Assert.Equal(First, await world.ContentAsync($"arn:aws:ssm:us-east-1:{Account}:document/{Name}"));
        var description = (await world.Reader.DescribeAsync(new DescribeDocumentRequest { Name = Name }, Admin, default)).Document!;
        Assert.Equal((Account, "My shell", "/AWS::EC2::Instance", created.Hash), (description.Owner, description.DisplayName, description.TargetType, description.Hash));
        Assert.Equal("env", Assert.Single(description.Tags!).Key);
        Assert.Equal(Name, Assert.Single(await NamesAsync(world, "Owner", "Self")));
        Assert.Equal(Name, Assert.Single(await NamesAsync(world, "tag:env", "prod")));
        Assert.Empty(await NamesAsync(world, "tag:env", "test"));

        await world.DeleteAsync(Name);

        await RefusedAsync("InvalidDocument", () => world.ContentAsync(Name));
        Assert.Empty(await NamesAsync(world, "Owner", "Self"));
        Assert.Empty(await world.TagStore.ListAsync("Document", Name, default));
    }

    [Theory, EachDatabase]
    public async Task Versions_are_added_named_made_the_default_and_deleted(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var world = new DocumentWorld(fixture.Database);
        await world.CreateAsync(Name, First);

        var updated = (await world.UpdateAsync(Name, Second, versionName: "two")).DocumentDescription!;
        Assert.Equal(("2", "2", "1"), (updated.DocumentVersion, updated.LatestVersion, updated.DefaultVersion));
        Assert.Equal([First, Second, First, Second, Second],
            [await world.ContentAsync(Name), await world.ContentAsync(Name, "$LATEST"), await world.ContentAsync(Name, "1"), await world.ContentAsync(Name, "2"), await world.ContentAsync(Name, null, "two")]);
        await RefusedAsync("InvalidDocumentVersion", () => world.ContentAsync(Name, "1", "two"));
        await RefusedAsync("InvalidDocumentVersion", () => world.ContentAsync(Name, "99999999999999999999999"));

        var changed = (await world.Versions.SetDefaultAsync(new UpdateDocumentDefaultVersionRequest { Name = Name, DocumentVersion = "2" }, Admin, default)).Description!;
        Assert.Equal((Name, "2", "two"), (changed.Name, changed.DefaultVersion, changed.DefaultVersionName));
        Assert.Equal(Second, await world.ContentAsync(Name));

        await RefusedAsync("InvalidDocumentOperation", () => world.DeleteAsync(Name, "$DEFAULT"));
        await world.UpdateAsync(Name, Third, "2");
        await world.DeleteAsync(Name, "1");
        await world.DeleteAsync(Name, "$LATEST");
        Assert.Equal(Second, await world.ContentAsync(Name, "$LATEST"));
        // The number of a deleted version is not given again.
        Assert.Equal("4", (await world.UpdateAsync(Name, First)).DocumentDescription!.DocumentVersion);

        var page = await world.Versions.ListAsync(new ListDocumentVersionsRequest { Name = Name, MaxResults = 1 }, Admin, default);
        Assert.Equal(("4", false), (Assert.Single(page.DocumentVersions!).DocumentVersion, page.DocumentVersions![0].IsDefaultVersion));
        page = await world.Versions.ListAsync(new ListDocumentVersionsRequest { Name = Name, NextToken = page.NextToken }, Admin, default);
        Assert.Equal(("2", true, "two"), (Assert.Single(page.DocumentVersions!).DocumentVersion, page.DocumentVersions![0].IsDefaultVersion, page.DocumentVersions[0].VersionName));
        Assert.Null(page.NextToken);
    }

    [Theory, EachDatabase]
    public async Task What_must_not_be_has_AWSs_error(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var world = new DocumentWorld(fixture.Database);
        await world.CreateAsync(Name, First);
        await world.UpdateAsync(Name, Second, versionName: "two");

        await RefusedAsync("DocumentAlreadyExists", () => world.CreateAsync(Name, Third));
        await RefusedAsync("DuplicateDocumentContent", () => world.UpdateAsync(Name, Second));
        await RefusedAsync("InvalidDocumentVersion", () => world.UpdateAsync(Name, Third, "1"));
        await RefusedAsync("InvalidDocumentVersion", () => world.UpdateAsync(Name, Third, "$DEFAULT"));
        await RefusedAsync("DuplicateDocumentVersionName", () => world.UpdateAsync(Name, Third, versionName: "two"));
        await RefusedAsync("InvalidDocumentContent", () => world.UpdateAsync(Name, "{}x"));
        await RefusedAsync("InvalidDocument", () => world.UpdateAsync("Not-There", Third));
        await RefusedAsync("InvalidDocument", () => world.DeleteAsync("Not-There"));
        await RefusedAsync("InvalidDocumentVersion", () => world.DeleteAsync(Name, "7"));
        await RefusedAsync("InvalidDocumentVersion", () => world.Versions.SetDefaultAsync(new UpdateDocumentDefaultVersionRequest { Name = Name, DocumentVersion = "7" }, Admin, default));
        await RefusedAsync("ValidationException", () => world.Versions.SetDefaultAsync(new UpdateDocumentDefaultVersionRequest { Name = Name, DocumentVersion = "$LATEST" }, Admin, default));
        foreach (var owned in new[] { "AWS-StartSSHSession" })
        {
            await RefusedAsync("InvalidDocument", () => world.UpdateAsync(owned, Third));
            await RefusedAsync("InvalidDocument", () => world.DeleteAsync(owned));
        }
        foreach (var reserved in new[] { "AWS-Own", "aws-own", "Amazon-Own", "amznOwn" })
            Assert.Contains("reserved", await RefusedAsync("ValidationException", () => world.CreateAsync(reserved, Third)));
        foreach (var bad in new[] { "ab", "a b c", "a/b/c", new string('a', 129) })
            await RefusedAsync("ValidationException", () => world.CreateAsync(bad, Third));
        Assert.Contains("Command", await RefusedAsync("ValidationException", () => world.CreateAsync("Other", Third, request => request with { DocumentType = null })));
        Assert.Contains("Automation", await RefusedAsync("ValidationException", () => world.CreateAsync("Other", Third, request => request with { DocumentType = "Automation" })));
        Assert.Contains("TEXT", await RefusedAsync("InvalidDocumentContent", () => world.CreateAsync("Other", Third, request => request with { DocumentFormat = "TEXT" })));
        Assert.Equal(First, await world.ContentAsync(Name));
    }

    [Theory, EachDatabase]
    public async Task The_preferences_may_be_made_changed_and_removed(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var world = new DocumentWorld(fixture.Database);
        var builtIn = await world.ContentAsync(SessionDocuments.Default);

        await world.CreateAsync(SessionDocuments.Default, First);
        await world.UpdateAsync(SessionDocuments.Default, Second);
        // As with AWS, sessions use the latest version, whichever is the default.
        Assert.Equal("6", world.Documents.Remembered.Latest(SessionDocuments.Default)!.Session!.Inputs.IdleMinutes.ToString());
        await world.DeleteAsync(SessionDocuments.Default);
        Assert.Equal(builtIn, await world.ContentAsync(SessionDocuments.Default));

        var updated = await world.UpdateAsync(SessionDocuments.Default, Third);
        Assert.Equal(("1", Account), (updated.DocumentDescription!.DocumentVersion, updated.DocumentDescription.Owner));
        await RefusedAsync("InvalidDocumentContent", () => world.UpdateAsync(SessionDocuments.Default, Command("ls")));
    }

    [Theory, EachDatabase]
    public async Task Another_gateway_notices_a_change(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        await using var second = fixture.OpenAgain();
        var (here, there) = (new DocumentWorld(fixture.Database), new DocumentWorld(second));
        await there.Documents.RefreshAsync(default);
        await here.CreateAsync(Name, First);

        Assert.Null(there.Documents.Remembered.Latest(Name));
        Assert.Equal(First, await there.ContentAsync(Name));
        Assert.Same(there.Documents.Remembered, await there.Documents.RefreshAsync(default));
        var kept = there.Documents.Remembered.Latest(Name)!.Session;
        await here.CreateAsync("Other", Second);
        Assert.Same(kept, (await there.Documents.RefreshAsync(default)).Latest(Name)!.Session);
    }

    [Theory, EachDatabase]
    public async Task Two_that_update_at_once_get_different_versions(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var world = new DocumentWorld(fixture.Database);
        await world.CreateAsync(Name, First);

        var versions = await Task.WhenAll(Enumerable.Range(10, 8).Select(i => Task.Run(() => world.UpdateAsync(Name, Shell($$"""{"idleSessionTimeout":"{{i}}"}"""), null))));

        Assert.Equal(["2", "3", "4", "5", "6", "7", "8", "9"], (await world.Versions.ListAsync(new ListDocumentVersionsRequest { Name = Name }, Admin, default)).DocumentVersions!.Select(version => version.DocumentVersion).Where(version => version != "1").Order());
        Assert.All(versions, version => Assert.Equal(Name, version.DocumentDescription!.Name));
    }

    [Theory, EachDatabase]
    public async Task Tags_are_added_and_removed_as_those_of_nodes(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var world = new DocumentWorld(fixture.Database);
        await world.CreateAsync(Name, First);

        await world.Tags.AddAsync(new AddTagsToResourceRequest { ResourceType = "Document", ResourceId = Name, Tags = [new Tag { Key = "a", Value = "1" }, new Tag { Key = "b", Value = "2" }] }, Admin, default);
        await world.Tags.RemoveAsync(new RemoveTagsFromResourceRequest { ResourceType = "Document", ResourceId = Name, TagKeys = ["a"] }, Admin, default);

        Assert.Equal("b", Assert.Single((await world.Tags.ListAsync(new ListTagsForResourceRequest { ResourceType = "Document", ResourceId = Name }, Admin, default)).TagList!).Key);
        foreach (var name in new[] { "Not-There", "AWS-StartSSHSession" })
            await RefusedAsync("InvalidResourceId", () => world.Tags.AddAsync(new AddTagsToResourceRequest { ResourceType = "Document", ResourceId = name, Tags = [new Tag { Key = "a", Value = "1" }] }, Admin, default));
    }

    [Theory, EachDatabase]
    public async Task A_shared_document_cannot_be_deleted(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var world = new DocumentWorld(fixture.Database);
        await world.CreateAsync(Name, First);
        Task ModifyAsync(string[] add, string[] remove) => world.Permissions.ModifyAsync(
            new ModifyDocumentPermissionRequest { Name = Name, PermissionType = "Share", AccountIdsToAdd = add, AccountIdsToRemove = remove, SharedDocumentVersion = "$DEFAULT" }, Admin, default);

        await ModifyAsync(["111111111111", "222222222222"], []);
        await ModifyAsync(["333333333333"], ["111111111111"]);

        var page = await world.Permissions.DescribeAsync(new DescribeDocumentPermissionRequest { Name = Name, PermissionType = "Share", MaxResults = 1 }, Admin, default);
        Assert.Equal(("222222222222", "$DEFAULT"), (Assert.Single(page.AccountIds!), page.AccountSharingInfoList![0].SharedDocumentVersion));
        page = await world.Permissions.DescribeAsync(new DescribeDocumentPermissionRequest { Name = Name, PermissionType = "Share", NextToken = page.NextToken }, Admin, default);
        Assert.Equal("333333333333", Assert.Single(page.AccountIds!));
        await RefusedAsync("InvalidDocumentOperation", () => world.DeleteAsync(Name));
        await RefusedAsync("InvalidDocumentOperation", () => ModifyAsync(["All"], []));
        await RefusedAsync("ValidationException", () => ModifyAsync(["12"], []));
        await RefusedAsync("InvalidPermissionType", () => world.Permissions.DescribeAsync(new DescribeDocumentPermissionRequest { Name = Name, PermissionType = "Own" }, Admin, default));

        await world.Settings.UpdateAsync(new UpdateServiceSettingRequest { SettingId = "/ssm/documents/console/public-sharing-permission", SettingValue = "Enable" }, Admin, default);
        await ModifyAsync(["All"], ["222222222222", "333333333333"]);
        await ModifyAsync([], ["ALL"]);
        await world.DeleteAsync(Name);
    }

    [Theory, EachDatabase]
    public async Task Settings_are_read_changed_and_reset(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var world = new DocumentWorld(fixture.Database);
        const string id = "/ssm/managed-instance/activation-tier";

        Assert.Equal(("standard", "Default"), await SettingAsync(id));
        await world.Settings.UpdateAsync(new UpdateServiceSettingRequest { SettingId = id, SettingValue = "advanced" }, Admin, default);
        Assert.Equal(("advanced", "Customized"), await SettingAsync($"arn:aws:ssm:us-east-1:{Account}:servicesetting{id}"));
        var reset = (await world.Settings.ResetAsync(new ResetServiceSettingRequest { SettingId = id }, Admin, default)).ServiceSetting!;
        Assert.Equal(("standard", "Default", $"arn:aws:ssm:us-east-1:{Account}:servicesetting{id}"), (reset.SettingValue, reset.Status, reset.Arn));

        Assert.Contains("standard or advanced", await RefusedAsync("ValidationException", () => world.Settings.UpdateAsync(new UpdateServiceSettingRequest { SettingId = id, SettingValue = "free" }, Admin, default)));
        Assert.Contains(id, await RefusedAsync("ServiceSettingNotFound", () => SettingAsync("/ssm/no/such")));
        foreach (var minutes in new[] { "-1", "1441", "+5", " 5", "five" })
            await RefusedAsync("ValidationException", () => world.Settings.UpdateAsync(new UpdateServiceSettingRequest { SettingId = "/postern/session/idle-timeout-port", SettingValue = minutes }, Admin, default));

        async Task<(string?, string?)> SettingAsync(string setting)
        {
            var found = (await world.Settings.GetAsync(new GetServiceSettingRequest { SettingId = setting }, Admin, default)).ServiceSetting!;
            return (found.SettingValue, found.Status);
        }
    }

    private static async Task<string?[]> NamesAsync(DocumentWorld world, string key, string value)
        => [.. (await world.List.HandleAsync(new ListDocumentsRequest { Filters = [new DocumentKeyValuesFilter { Key = key, Values = [value] }] }, Admin, default)).DocumentIdentifiers!.Select(document => document.Name)];
}
