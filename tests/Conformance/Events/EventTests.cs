using System.Text.Json.Nodes;
using Postern.Conformance.Support;
using Postern.Conformance.Support.Servers;

namespace Postern.Conformance.Events;

/// <summary>Events as people use them: rules made with the AWS CLI and Terraform, a webhook, a gateway that is killed.</summary>
public sealed class EventTests
{
    private const int NoChanges = 0;
    private static readonly TimeSpan StepTime = TimeSpan.FromMinutes(3), DeliveryTime = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Aws_makes_rules_whose_webhook_gets_every_event_though_the_gateway_is_killed_and_the_receiver_away()
    {
        await using var receiver = new HookServer();
        await using var gateway = await Gateway.StartAsync("--webhook-allow", "127.0.0.0/8");
        await MakeWebhookAsync(gateway, receiver, """{"source":["postern.access"],"detail":{"eventName":["TerminateSession"]}}""");
        var names = await AwsAsync(gateway, "list-rules");
        Assert.Equal("hook", Assert.Single(names["Rules"]!.AsArray())!["Name"]!.GetValue<string>());

        // A stranger is refused, again and again, while the gateway is killed and the receiver is away.
        var stranger = new Dictionary<string, string?> { ["AWS_ACCESS_KEY_ID"] = "AKIAAAAAAAAAAAAAAAAA", ["AWS_SECRET_ACCESS_KEY"] = "x" };
        var asked = 0;
        for (var round = 0; round < 2; round++)
        {
            receiver.Refuses = round == 0;
            for (var i = 0; i < 3; i++, asked++)
                await Child.RunAsync(AwsCli.Command(gateway, AwsCli.AnyVersion, "--endpoint-url", gateway.Endpoint, "ssm", "terminate-session", "--session-id", $"x-{asked}").With(stranger));
            await Deadline.UntilAsync("the refusals to be recorded", async () => (await RecordedAsync(gateway)).Count == asked);
            await gateway.KillAsync();
            await gateway.StartAgainAsync();
        }
        var recorded = await RecordedAsync(gateway);
        await Deadline.UntilAsync("every event to arrive", () => recorded.All(id => receiver.Taken.Any(one => one["id"]!.GetValue<string>() == id)), DeliveryTime);
    }

    [Fact]
    public async Task What_postern_prints_and_the_page_on_events_shows_works()
    {
        await using var receiver = new HookServer { Refuses = true };
        await using var gateway = await Gateway.StartAsync("--webhook-allow", "127.0.0.0/8");
        await MakeWebhookAsync(gateway, receiver, """{"source":["own"]}""", """{"MaximumRetryAttempts":0}""");
        await AwsAsync(gateway, "put-events", "--entries", """[{"Source":"own","DetailType":"Backup Done","Detail":"{\"name\":\"nightly\"}"}]""");
        await Deadline.UntilAsync("a dead letter", async () => (await PosternAsync(gateway, "events", "dead-letters", "list")).Contains("it answered 503"));
        Assert.Contains("Backup Done", await PosternAsync(gateway, "events", "--source", "own"));
        Assert.Equal("nightly", JsonNode.Parse(await PosternAsync(gateway, "events", "--source", "own", "--json"))!["detail"]!["name"]!.GetValue<string>());
        Assert.Contains("Backup Done", await PosternAsync(gateway, "events", "test-pattern", """{"source":["own"],"detail":{"name":[{"prefix":"night"}]}}"""));
        receiver.Refuses = false;
        Assert.Equal("1 sent again.\n", await PosternAsync(gateway, "events", "dead-letters", "retry", "--rule", "hook"));
        await Deadline.UntilAsync("the event", () => receiver.Taken.Count == 1);

        var bad = await Child.RunAsync(Aws(gateway, "put-rule", "--name", "bad", "--event-pattern", """{"source":"x"}"""));
        Assert.Contains("(InvalidEventPatternException) when calling the PutRule operation: Event pattern is not valid. Reason: \"source\" must be an object or an array", bad.All);
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "operate", "events.md"));
        foreach (var line in page.Split('\n').Where(line => line.StartsWith("aws events put-rule", StringComparison.Ordinal)))
            await AwsAsync(gateway, "put-rule", "--name", "long-sessions", "--event-pattern", line.Split('\'')[1]);
        foreach (var line in page.Split('\n').Where(line => line.StartsWith("postern events test-pattern", StringComparison.Ordinal)))
            await Child.RunAsync(Postern(gateway, "events", "test-pattern", line.Split('\'')[1]));
        var fault = await Child.RunAsync(Aws(gateway, "delete-rule", "--name", "hook"));
        Assert.Contains("Rule can't be deleted since it has targets.", fault.All);
    }

    [Fact]
    public async Task The_page_s_message_for_Slack_is_what_Slack_is_sent()
    {
        await using var receiver = new HookServer();
        await using var gateway = await Gateway.StartAsync("--webhook-allow", "127.0.0.0/8");
        await MakeWebhookAsync(gateway, receiver, """{"source":["nothing"]}""");
        var destination = (await AwsAsync(gateway, "list-api-destinations"))["ApiDestinations"]![0]!["ApiDestinationArn"]!.GetValue<string>();
        await AwsAsync(gateway, "put-rule", "--name", "long-sessions", "--event-pattern", """{"source":["own"]}""");
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "operate", "events.md"));
        var example = page[page.IndexOf("### Slack", StringComparison.Ordinal)..].Split("```sh\n")[1].Split("```")[0];
        Assert.Contains("InputTransformer", example);
        // An older CLI does not take its endpoint from the environment.
        var command = Aws(gateway);
        var script = $"aws() {{ '{command.Program}' --endpoint-url '{gateway.Endpoint}' \"$@\"; }}\n{example}";
        await Child.OutputOfAsync(command with { Program = "bash", Arguments = ["-euc", script], Environment = new Dictionary<string, string?>(command.Environment) { ["DESTINATION"] = destination } });

        await AwsAsync(gateway, "put-events", "--entries", new JsonArray(new JsonObject
        {
            ["Source"] = "own",
            ["DetailType"] = "Session Ended",
            ["Detail"] = """{"userName":"anna","target":"mi-1","reason":"She said \"bye\"\nand left","seconds":4000,"sessionId":"anna-1"}""",
        }).ToJsonString());
        await Deadline.UntilAsync("the message", () => receiver.Taken.Count == 1);
        Assert.Equal("{\"text\":\"*anna* was on `mi-1` for 4000 s: She said \\\"bye\\\"\\nand left (`anna-1`)\"}", receiver.Taken[0].ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    [Fact]
    public async Task Terraform_makes_finds_changes_and_destroys_rules_and_targets()
    {
        var terraform = Repository.Require("terraform");
        var mirror = TerraformMirror.Require();
        await using var gateway = await Gateway.StartAsync();
        var folder = Repository.MakeFolder("terraform-events");
        File.Copy(Path.Combine(Repository.Root, "tests", "Conformance", "Events", "Terraform", "main.tf"), Path.Combine(folder, "main.tf"));
        var configuration = Path.Combine(folder, "terraform.rc");
        await File.WriteAllTextAsync(configuration, $"provider_installation {{\n  filesystem_mirror {{\n    path = \"{mirror}\"\n  }}\n}}\n");

        await StepAsync("one", "init");
        await StepAsync("one", "apply", "-auto-approve");
        Assert.Equal(NoChanges, (await PlanAsync("one")).ExitCode);
        await StepAsync("two", "apply", "-auto-approve");
        var planned = await PlanAsync("two");
        Assert.True(planned.ExitCode == NoChanges, planned.All);
        await StepAsync("two", "destroy", "-auto-approve");
        Assert.Empty((await AwsAsync(gateway, "list-rules"))["Rules"]!.AsArray());

        Task<Finished> PlanAsync(string text) => Child.RunAsync(Terraform(text, "plan", "-detailed-exitcode"), within: StepTime);

        Task<string> StepAsync(string text, params string[] arguments) => Child.OutputOfAsync(Terraform(text, arguments), within: StepTime);

        Command Terraform(string text, params string[] arguments) => new(terraform, [.. arguments, "-input=false", "-no-color"])
        {
            Folder = folder,
            Environment = new Dictionary<string, string?>(gateway.Administrator)
            {
                ["TF_CLI_CONFIG_FILE"] = configuration,
                ["TF_VAR_endpoint"] = gateway.Endpoint,
                ["TF_VAR_text"] = text,
                ["CHECKPOINT_DISABLE"] = "1",
                ["AWS_EC2_METADATA_DISABLED"] = "true",
                ["AWS_PROFILE"] = null,
            },
        };
    }

    private static async Task MakeWebhookAsync(Gateway gateway, HookServer receiver, string pattern, string? retry = null)
    {
        var connection = (await AwsAsync(gateway, "create-connection", "--name", "hook", "--authorization-type", "BASIC", "--auth-parameters", """{"BasicAuthParameters":{"Username":"u","Password":"p"}}"""))["ConnectionArn"]!.GetValue<string>();
        var destination = (await AwsAsync(gateway, "create-api-destination", "--name", "hook", "--connection-arn", connection, "--invocation-endpoint", $"http://127.0.0.1:{receiver.Port}/", "--http-method", "POST"))["ApiDestinationArn"]!.GetValue<string>();
        await AwsAsync(gateway, "put-rule", "--name", "hook", "--event-pattern", pattern);
        var target = new JsonObject { ["Id"] = "1", ["Arn"] = destination };
        if (retry is not null)
            target["RetryPolicy"] = JsonNode.Parse(retry);
        Assert.Equal(0, (await AwsAsync(gateway, "put-targets", "--rule", "hook", "--targets", new JsonArray(target).ToJsonString()))["FailedEntryCount"]!.GetValue<int>());
    }

    /// <summary>Ids of the entries of the audit log about TerminateSession.</summary>
    private static async Task<List<string>> RecordedAsync(Gateway gateway)
        => [.. (await PosternAsync(gateway, "audit", "--action", "TerminateSession", "--limit", "0", "--json")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!["eventID"]!.GetValue<string>())];

    private static async Task<JsonObject> AwsAsync(Gateway gateway, params string[] arguments)
    {
        var output = await Child.OutputOfAsync(Aws(gateway, arguments));
        return string.IsNullOrWhiteSpace(output) ? [] : JsonNode.Parse(output)!.AsObject();
    }

    private static Command Aws(Gateway gateway, params string[] arguments)
        => AwsCli.Command(gateway, AwsCli.AnyVersion, ["--endpoint-url", gateway.Endpoint, "--output", "json", "events", .. arguments]);

    private static Task<string> PosternAsync(Gateway gateway, params string[] arguments) => Child.OutputOfAsync(Postern(gateway, arguments));

    private static Command Postern(Gateway gateway, params string[] arguments) => new(Repository.Program("postern"), arguments) { Environment = gateway.Administrator };
}
