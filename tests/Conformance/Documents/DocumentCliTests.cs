using System.Text.Json;
using System.Text.Json.Nodes;
using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;

namespace Postern.Conformance.Documents;

/// <summary>Every operation on documents and settings, as the AWS CLIs call it.</summary>
public sealed class DocumentCliTests(World world)
{
    public static TheoryData<int> Versions => [1, 2];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_document_lives_its_life(int version)
    {
        Assert.SkipWhen(AwsCli.Find(version) is null, $"no AWS CLI v{version} is installed");
        var gateway = await world.GatewayAsync();
        var name = $"Life-{version}-{Guid.NewGuid():N}";
        Task<JsonObject> SsmAsync(params string[] arguments) => AwsCli.SsmAsync(gateway, version, arguments);

        var created = (await SsmAsync("create-document", "--name", name, "--document-type", "Session", "--content", Shell("5"), "--version-name", "first", "--tags", "Key=env,Value=test"))["DocumentDescription"]!;
        Assert.Equal((name, "1", "Session"), (Text(created, "Name"), Text(created, "DocumentVersion"), Text(created, "DocumentType")));
        var updated = (await SsmAsync("update-document", "--name", name, "--document-version", "$LATEST", "--content", Shell("6"), "--version-name", "second"))["DocumentDescription"]!;
        Assert.Equal(("2", "1"), (Text(updated, "LatestVersion"), Text(updated, "DefaultVersion")));
        Assert.Equal("2", Text((await SsmAsync("update-document-default-version", "--name", name, "--document-version", "2"))["Description"]!, "DefaultVersion"));
        Assert.Equal(Shell("6"), Text(await SsmAsync("get-document", "--name", name), "Content"));
        Assert.Equal(Shell("5"), Text(await SsmAsync("get-document", "--name", name, "--version-name", "first"), "Content"));
        var described = (await SsmAsync("describe-document", "--name", name, "--document-version", "1"))["Document"]!;
        Assert.Equal(("first", "2", "Sha256"), (Text(described, "VersionName"), Text(described, "DefaultVersion"), Text(described, "HashType")));
        Assert.Equal(["2", "1"], (await SsmAsync("list-document-versions", "--name", name))["DocumentVersions"]!.AsArray().Select(one => Text(one!, "DocumentVersion")));
        Assert.Equal(name, Text((await SsmAsync("list-documents", "--filters", $"Key=Name,Values={name}", "Key=Owner,Values=Self", "Key=tag:env,Values=test"))["DocumentIdentifiers"]!.AsArray().Single()!, "Name"));

        await SsmAsync("add-tags-to-resource", "--resource-type", "Document", "--resource-id", name, "--tags", "Key=tier,Value=1");
        await SsmAsync("remove-tags-from-resource", "--resource-type", "Document", "--resource-id", name, "--tag-keys", "env");
        Assert.Equal("tier", Text((await SsmAsync("list-tags-for-resource", "--resource-type", "Document", "--resource-id", name))["TagList"]!.AsArray().Single()!, "Key"));

        await SsmAsync("modify-document-permission", "--name", name, "--permission-type", "Share", "--account-ids-to-add", "111111111111");
        Assert.Equal("111111111111", (await SsmAsync("describe-document-permission", "--name", name, "--permission-type", "Share"))["AccountIds"]!.AsArray().Single()!.GetValue<string>());
        await SsmAsync("modify-document-permission", "--name", name, "--permission-type", "Share", "--account-ids-to-remove", "111111111111");

        await SsmAsync("delete-document", "--name", name, "--document-version", "1");
        await SsmAsync("delete-document", "--name", name);
        Assert.Contains("(InvalidDocument)", (await FailAsync(gateway, version, "get-document", "--name", name)).Errors);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_document_in_YAML_is_kept_as_written_and_given_in_both_formats(int version)
    {
        Assert.SkipWhen(AwsCli.Find(version) is null, $"no AWS CLI v{version} is installed");
        var gateway = await world.GatewayAsync();
        var name = $"Yaml-{version}-{Guid.NewGuid():N}";
        Task<JsonObject> SsmAsync(params string[] arguments) => AwsCli.SsmAsync(gateway, version, arguments);
        const string Yaml = "schemaVersion: '1.0'\nsessionType: Standard_Stream # a shell\ninputs:\n  idleSessionTimeout: '5'\n";

        var created = (await SsmAsync("create-document", "--name", name, "--document-type", "Session", "--document-format", "YAML", "--content", Yaml))["DocumentDescription"]!;
        Assert.Equal("YAML", Text(created, "DocumentFormat"));
        var written = await SsmAsync("get-document", "--name", name);
        Assert.Equal((Yaml, "YAML"), (Text(written, "Content"), Text(written, "DocumentFormat")));
        var json = await SsmAsync("get-document", "--name", name, "--document-format", "JSON");
        Assert.Equal("JSON", Text(json, "DocumentFormat"));
        Assert.Equal("5", JsonNode.Parse(Text(json, "Content")!)!["inputs"]!["idleSessionTimeout"]!.GetValue<string>());
        await SsmAsync("update-document", "--name", name, "--document-version", "$LATEST", "--content", Shell("6"));
        Assert.Equal(["JSON", "YAML"], (await SsmAsync("list-document-versions", "--name", name))["DocumentVersions"]!.AsArray().Select(one => Text(one!, "DocumentFormat")));
        Assert.Contains("idleSessionTimeout: \"6\"", Text(await SsmAsync("get-document", "--name", name, "--document-version", "2", "--document-format", "YAML"), "Content"));
        Assert.Contains("(InvalidDocumentContent)", (await FailAsync(gateway, version, "create-document", "--name", name + "2", "--document-type", "Session", "--document-format", "YAML", "--content", "a: &x 1")).Errors);
        await SsmAsync("delete-document", "--name", name);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Refusals_have_the_names_that_tools_match_on(int version)
    {
        Assert.SkipWhen(AwsCli.Find(version) is null, $"no AWS CLI v{version} is installed");
        var gateway = await world.GatewayAsync();
        var name = $"Refused-{version}-{Guid.NewGuid():N}";
        await AwsCli.SsmAsync(gateway, version, "create-document", "--name", name, "--document-type", "Session", "--content", Shell("5"));

        Assert.Contains("(DocumentAlreadyExists)", (await FailAsync(gateway, version, "create-document", "--name", name, "--document-type", "Session", "--content", Shell("5"))).Errors);
        Assert.Contains("(DuplicateDocumentContent)", (await FailAsync(gateway, version, "update-document", "--name", name, "--content", Shell("5"), "--document-version", "$LATEST")).Errors);
        Assert.Contains("(InvalidDocumentContent)", (await FailAsync(gateway, version, "update-document", "--name", name, "--content", Shell("61"), "--document-version", "$LATEST")).Errors);
        Assert.Contains("(InvalidDocumentSchemaVersion)", (await FailAsync(gateway, version, "create-document", "--name", name + "2", "--document-type", "Session", "--content", """{"schemaVersion":"2.2","sessionType":"Port"}""")).Errors);
        Assert.Contains("(MaxDocumentSizeExceeded)", (await FailAsync(gateway, version, "create-document", "--name", name + "2", "--document-type", "Session", "--content", Shell("5") + new string(' ', 65536))).Errors);
        Assert.Contains("Session", (await FailAsync(gateway, version, "create-document", "--name", name + "2", "--content", """{"schemaVersion":"2.2","mainSteps":[]}""")).Errors);
        Assert.Contains("(ServiceSettingNotFound)", (await FailAsync(gateway, version, "get-service-setting", "--setting-id", "/ssm/no/such")).Errors);
        await AwsCli.SsmAsync(gateway, version, "delete-document", "--name", name);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_setting_is_changed_and_reset(int version)
    {
        Assert.SkipWhen(AwsCli.Find(version) is null, $"no AWS CLI v{version} is installed");
        var gateway = await world.GatewayAsync();
        const string id = "/ssm/managed-instance/default-ec2-instance-management-role";

        await AwsCli.SsmAsync(gateway, version, "update-service-setting", "--setting-id", id, "--setting-value", "service-role/nodes");
        Assert.Equal("service-role/nodes", Text((await AwsCli.SsmAsync(gateway, version, "get-service-setting", "--setting-id", id))["ServiceSetting"]!, "SettingValue"));
        Assert.Equal("$None", Text((await AwsCli.SsmAsync(gateway, version, "reset-service-setting", "--setting-id", id))["ServiceSetting"]!, "SettingValue"));
    }

    [Fact]
    public async Task Boto3_pages_and_knows_every_error()
    {
        var boto = new BotoPerson();
        Assert.SkipWhen(boto.Unavailable is not null, boto.Unavailable ?? "");

        Assert.Contains("done", await Child.OutputOfAsync(BotoPerson.Run(await world.GatewayAsync(), "boto_documents.py", $"Boto-{Guid.NewGuid():N}")));
    }

    private static async Task<Finished> FailAsync(Gateway gateway, int version, params string[] arguments)
    {
        var finished = await Child.RunAsync(AwsCli.Command(gateway, version, ["--endpoint-url", gateway.Endpoint, "ssm", .. arguments]));
        Assert.NotEqual(0, finished.ExitCode);
        return finished;
    }

    private static string Shell(string idle) => JsonSerializer.Serialize(new { schemaVersion = "1.0", sessionType = "Standard_Stream", inputs = new { idleSessionTimeout = idle } });

    private static string Text(JsonNode parent, string name) => parent[name]!.GetValue<string>();
}
