using System.Text.Json.Nodes;
using Postern.Conformance.Support;

namespace Postern.Conformance.Audit;

/// <summary>The audit log as people read it: with the AWS CLI and with postern, against a gateway that is killed and a log that is tampered with.</summary>
public sealed class AuditTests
{
    [Fact]
    public async Task Aws_reads_who_was_denied_what_and_why()
    {
        await using var gateway = await Gateway.StartAsync();
        var version = AwsCli.AnyVersion;
        await AwsAsync(gateway, version, "iam", "create-user", "--user-name", "carol");
        var key = (await AwsAsync(gateway, version, "iam", "create-access-key", "--user-name", "carol"))["AccessKey"]!;
        var secret = key["SecretAccessKey"]!.GetValue<string>();
        await AwsAsync(gateway, version, "iam", "put-user-policy", "--user-name", "carol", "--policy-name", "own", "--policy-document",
            """{"Version":"2012-10-17","Statement":[{"Sid":"NoNodes","Effect":"Deny","Action":"ssm:StartSession","Resource":"*"}]}""");
        var denied = await Child.RunAsync(AwsCli.Command(gateway, version, "--endpoint-url", gateway.Endpoint, "ssm", "start-session", "--target", "mi-0123456789abcdef0").With(
            new Dictionary<string, string?> { ["AWS_ACCESS_KEY_ID"] = key["AccessKeyId"]!.GetValue<string>(), ["AWS_SECRET_ACCESS_KEY"] = secret }));
        Assert.Contains("with an explicit deny in an identity-based policy: statement NoNodes of inline policy own of user carol", denied.All);

        var found = await AwsAsync(gateway, version, "cloudtrail", "lookup-events", "--lookup-attributes", "AttributeKey=Username,AttributeValue=carol");
        var call = Assert.Single(found["Events"]!.AsArray())!;
        Assert.Equal("StartSession", call["EventName"]!.GetValue<string>());
        var record = JsonNode.Parse(call["CloudTrailEvent"]!.GetValue<string>())!;
        Assert.Equal(("AccessDeniedException", "mi-0123456789abcdef0", "statement NoNodes of inline policy own of user carol"),
            (record["errorCode"]!.GetValue<string>(), record["requestParameters"]!["target"]!.GetValue<string>(), record["additionalEventData"]!["decidedBy"]!.GetValue<string>()));
        Assert.Contains("aws-cli", record["userAgent"]!.GetValue<string>());

        // The pages of the CLI: everything once, newest first.
        var all = await AwsAsync(gateway, version, "cloudtrail", "lookup-events", "--page-size", "2");
        var names = all["Events"]!.AsArray().Select(one => one!["EventName"]!.GetValue<string>()).Where(name => name != "LookupEvents").ToList();
        Assert.Equal(["StartSession", "PutUserPolicy", "CreateAccessKey", "CreateUser"], names);
        await StopAndFindNothingAsync(gateway, secret, gateway.Administrator["AWS_SECRET_ACCESS_KEY"]!);
    }

    [Fact]
    public async Task What_was_answered_is_in_the_log_after_a_kill_and_the_chain_is_whole()
    {
        await using var gateway = await Gateway.StartAsync();
        for (var round = 0; round < 3; round++)
        {
            var answered = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
            {
                var id = $"x-{round}-{i}";
                await gateway.Api.TryAsync("TerminateSession", new { SessionId = id });
                return id;
            }));
            await gateway.KillAsync();
            await gateway.StartAgainAsync();
            var lines = await PosternAsync(gateway, "audit", "--action", "TerminateSession", "--limit", "0", "--json");
            Assert.All(answered, id => Assert.Contains($"\"{id}\"", lines));
        }
        Assert.Contains("is whole: ", await PosternAsync(gateway, "audit", "verify", "--key", Path.Combine(gateway.Folder, "master.key")));
        Assert.Contains("is whole: ", await PosternAsync(gateway, "audit", "verify", "--data", gateway.Folder));
    }

    [Fact]
    public async Task A_changed_entry_is_named_and_the_exit_code_tells()
    {
        await using var gateway = await Gateway.StartAsync();
        for (var i = 0; i < 5; i++)
            await gateway.Api.TryAsync("TerminateSession", new { SessionId = $"x-{i}" });
        var file = Path.Combine(gateway.Folder, "audit.jsonl");
        var lines = (await PosternAsync(gateway, "audit", "export")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] verify = ["audit", "verify", "--file", file, "--key", Path.Combine(gateway.Folder, "master.key")];
        await File.WriteAllLinesAsync(file, lines);
        Assert.Contains("is whole: ", await PosternAsync(gateway, verify));

        await AssertFaultAsync([.. lines[..2], lines[2].Replace("x-2", "x-9"), .. lines[3..]], "Entry 3 was changed");
        await AssertFaultAsync([.. lines[..2], .. lines[3..]], "Entry 3 is missing");
        await AssertFaultAsync([lines[0], lines[2], lines[1], .. lines[3..]], "Entry 2 is missing");
        await AssertFaultAsync([.. lines[..4], lines[^1]], "the last");

        async Task AssertFaultAsync(string[] changed, string fault)
        {
            await File.WriteAllLinesAsync(file, changed);
            var finished = await Child.RunAsync(Postern(gateway, verify));
            Assert.Equal(1, finished.ExitCode);
            Assert.Contains(fault, finished.Errors);
        }
    }

    private static async Task StopAndFindNothingAsync(Gateway gateway, params string[] secrets)
    {
        var log = gateway.Log;
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, log));
        await FindNothingAsync(gateway, secrets); // while it runs: also in the write-ahead log
        await gateway.StopAsync();
        await FindNothingAsync(gateway, secrets);
    }

    private static async Task FindNothingAsync(Gateway gateway, string[] secrets)
    {
        foreach (var path in Directory.EnumerateFiles(gateway.Folder).Where(path => Path.GetFileName(path) != "admin.env"))
        {
            var text = System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(path));
            Assert.All(secrets, secret => Assert.False(text.Contains(secret, StringComparison.Ordinal), $"{path} holds a secret"));
        }
    }

    private static async Task<JsonObject> AwsAsync(Gateway gateway, int version, params string[] arguments)
    {
        var output = await Child.OutputOfAsync(AwsCli.Command(gateway, version, ["--endpoint-url", gateway.Endpoint, "--output", "json", .. arguments]));
        return string.IsNullOrWhiteSpace(output) ? [] : JsonNode.Parse(output)!.AsObject();
    }

    private static Task<string> PosternAsync(Gateway gateway, params string[] arguments) => Child.OutputOfAsync(Postern(gateway, arguments));

    private static Command Postern(Gateway gateway, params string[] arguments) => new(Repository.Program("postern"), arguments) { Environment = gateway.Administrator };
}
