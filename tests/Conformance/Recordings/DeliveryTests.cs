using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;
using Postern.Conformance.Support.Servers;

namespace Postern.Conformance.Recordings;

/// <summary>Recordings on their way to a bucket and to log groups, with a store that others wrote, that is away at first, and a gateway that is killed.</summary>
public sealed class DeliveryTests
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task A_session_is_in_its_log_group_while_it_runs_and_in_its_bucket_once_the_store_is_back()
    {
        await using var store = await S3Store.CreateAsync("team-logs");
        await using var gateway = await Gateway.StartAsync("--s3-endpoint", store.Endpoint, "--aws-credentials", store.CredentialsFile);
        await PreferAsync(gateway, new { s3BucketName = "team-logs", s3KeyPrefix = "postern/prod", cloudWatchLogGroupName = "/postern/sessions", cloudWatchStreamingEnabled = true });
        await using var node = await OurNode.StartAsync(gateway);
        string id;
        await using (var shell = TerminalProcess.Start(Person.Shell(gateway, node.Id)))
        {
            await shell.SeesAsync(@"[$#] ");
            await shell.AnswersAsync("echo out''put-Grüße-$((40+2))", "output-Grüße-42");
            id = (await DescribeAsync(gateway, "Active"))["SessionId"]!.GetValue<string>();
            await Deadline.UntilAsync("its output in the log group", async () => (await LogsAsync(gateway, "filter-log-events", "--log-group-name", "/postern/sessions", "--filter-pattern", "\"output-Grüße-42\""))["events"]!.AsArray().Count > 0);
            await shell.TypeAsync("exit");
            Assert.Equal(0, await shell.ExitAsync());
        }

        // As AWS's agent writes them: one JSON object a message, and nothing that was typed but not shown.
        await Deadline.UntilAsync("all of it in the log group", async () => (await LinesAsync(gateway, id)).Any(line => line.Contains("exit", StringComparison.Ordinal)));
        var events = (await LogsAsync(gateway, "get-log-events", "--log-group-name", "/postern/sessions", "--log-stream-name", id, "--start-from-head"))["events"]!.AsArray();
        var first = JsonNode.Parse(events[0]!["message"]!.GetValue<string>())!;
        Assert.Equal((id, node.Id, "1.0"), (first["sessionId"]!.GetValue<string>(), first["target"]!["id"]!.GetValue<string>(), first["eventVersion"]!.GetValue<string>()));
        Assert.Single(await LinesAsync(gateway, id), line => line == "output-Grüße-42");

        var described = await DescribeAsync(gateway, "History");
        Assert.Equal($"s3://team-logs/postern/prod/{id}.log", described["OutputUrl"]!["S3OutputUrl"]!.GetValue<string>());
        Assert.EndsWith($":log-group:/postern/sessions:log-stream:{id}", described["OutputUrl"]!["CloudWatchOutputUrl"]!.GetValue<string>());

        // The store was away all the time, and the gateway dies before it is back.
        await gateway.KillAsync();
        await gateway.StartAgainAsync();
        await store.StartAsync();
        byte[]? text = null;
        await Deadline.UntilAsync("its text in the bucket", async () => (text = await store.ReadAsync("team-logs", $"postern/prod/{id}.log")) is not null, Within);
        Assert.Contains("\noutput-Grüße-42\n", Encoding.UTF8.GetString(text!));
        byte[]? sealedCopy = null;
        await Deadline.UntilAsync("the recording in the bucket", async () => (sealedCopy = await store.ReadAsync("team-logs", $"postern/prod/{id}.prec")) is not null, Within);
        Assert.Equal(-1, sealedCopy.AsSpan().IndexOf("output-Gr"u8));
        var copy = Path.Combine(gateway.Folder, "copy.prec");
        await File.WriteAllBytesAsync(copy, sealedCopy!);
        await Child.OutputOfAsync(new Command(Repository.Program("postern"), "recordings", "verify", copy));
    }

    /// <summary>The service is another gateway, which knows nothing of the first.</summary>
    [Fact]
    public async Task A_CloudWatch_Logs_service_that_was_away_gets_every_line_though_the_gateway_was_killed_and_the_audit_log_says_so()
    {
        await using var service = await Gateway.StartAsync();
        var keys = Path.Combine(service.Folder, "credentials");
        await File.WriteAllTextAsync(keys, $"[default]\naws_access_key_id = {service.Administrator["AWS_ACCESS_KEY_ID"]}\naws_secret_access_key = {service.Administrator["AWS_SECRET_ACCESS_KEY"]}\n");
        await service.StopAsync();
        await using var gateway = await Gateway.StartUnderAsync((command, _) => command.With(new Dictionary<string, string?> { ["SSL_CERT_FILE"] = service.CaFile }),
            "--logs-endpoint", service.Endpoint, "--aws-credentials", keys);
        await PreferAsync(gateway, new { cloudWatchLogGroupName = "/postern/sessions", cloudWatchStreamingEnabled = true });
        await using var node = await OurNode.StartAsync(gateway);
        string id;
        await using (var shell = TerminalProcess.Start(Person.Shell(gateway, node.Id)))
        {
            await shell.SeesAsync(@"[$#] ");
            id = (await DescribeAsync(gateway, "Active"))["SessionId"]!.GetValue<string>();
            await shell.AnswersAsync("for i in $(seq 1 300); do echo number-$i; done", "number-300\\b");
            await Deadline.UntilAsync("the failure in the audit log", async () => (await AuditAsync(gateway, "RecordingNotDelivered")).Contains(service.Endpoint));
            // Killed while its session goes on and nothing has arrived.
            await gateway.KillAsync();
            await gateway.StartAgainAsync();
            await shell.AnswersAsync("for i in $(seq 301 400); do echo number-$i; done", "number-400\\b");
            await shell.TypeAsync("exit");
            Assert.Equal(0, await shell.ExitAsync());
        }
        await Deadline.UntilAsync("its own log group to have all", async () => (await LinesAsync(gateway, id)).Contains("number-400"), Within);

        await service.StartAgainAsync();
        await Deadline.UntilAsync("the service to have all", async () => (await AuditAsync(gateway, "RecordingDelivered")).Contains(service.Endpoint), Within);
        var arrived = await LinesAsync(service, id);
        var shown = Enumerable.Range(1, 400).Select(i => $"number-{i}").ToList();
        Assert.Equal(shown, arrived.Where(line => line.StartsWith("number-", StringComparison.Ordinal)));
        // What had arrived at home did not come again because the service was away.
        Assert.Single(await LinesAsync(gateway, id), line => line == "number-400");
        Assert.Equal(await OwnStreamsAsync(gateway), await OwnStreamsAsync(service));
    }

    [Fact]
    public async Task A_bucket_that_this_gateway_cannot_have_refuses_the_session_unless_the_account_says_otherwise()
    {
        await using var gateway = await Gateway.StartAsync();
        await PreferAsync(gateway, new { s3BucketName = "team-logs" });
        await using var node = await OurNode.StartAsync(gateway);
        var refused = await gateway.Api.TryAsync("StartSession", new { Target = node.Id });
        Assert.Equal("InvalidDocument", refused.Error);
        Assert.Contains("--s3-endpoint", refused.Text);
        await gateway.Api.CallAsync("UpdateServiceSetting", new { SettingId = "/postern/session/logging", SettingValue = "ignored" });
        Assert.Null((await gateway.Api.TryAsync("StartSession", new { Target = node.Id })).Error);
    }

    private static AwsPerson Person => new(AwsCli.AnyVersion, stockPlugin: false);

    private static async Task PreferAsync(Gateway gateway, object inputs) => await gateway.Api.CallAsync("UpdateDocument", new
    {
        Name = "SSM-SessionManagerRunShell",
        DocumentVersion = "$LATEST",
        Content = JsonSerializer.Serialize(new { schemaVersion = "1.0", sessionType = "Standard_Stream", inputs }),
    });

    private static async Task<JsonNode> DescribeAsync(Gateway gateway, string state) => Assert.Single((await gateway.Api.CallAsync("DescribeSessions", new { State = state }))["Sessions"]!.AsArray())!;

    private static Task<string> AuditAsync(Gateway gateway, string action) => Child.OutputOfAsync(PosternPerson.Postern(gateway, "audit", "--action", action, "--limit", "0", "--json"));

    private static async Task<string> OwnStreamsAsync(Gateway gateway)
        => string.Join(' ', (await LogsAsync(gateway, "describe-log-streams", "--log-group-name", "/postern/sessions"))["logStreams"]!.AsArray().Select(stream => stream!["logStreamName"]!.GetValue<string>()));

    private static async Task<List<string>> LinesAsync(Gateway gateway, string stream)
    {
        var events = (await LogsAsync(gateway, "get-log-events", "--log-group-name", "/postern/sessions", "--log-stream-name", stream, "--start-from-head"))["events"]!.AsArray();
        return [.. events.SelectMany(e => JsonNode.Parse(e!["message"]!.GetValue<string>())!["sessionData"]!.AsArray()).Select(line => line!.GetValue<string>())];
    }

    private static async Task<JsonNode> LogsAsync(Gateway gateway, params string[] arguments)
    {
        var result = await Child.RunAsync(AwsCli.Command(gateway, AwsCli.AnyVersion, ["--endpoint-url", gateway.Endpoint, "--output", "json", "logs", .. arguments]));
        return result.ExitCode == 0 ? JsonNode.Parse(result.Output)! : JsonNode.Parse("""{"events":[]}""")!;
    }
}
