using System.Text.Json.Nodes;
using Postern.Conformance.Support;

namespace Postern.Conformance.Logs;

/// <summary>Logs kept by the gateway, with the AWS CLI.</summary>
public sealed class LogsCliTests
{
    [Fact]
    public async Task Aws_makes_fills_lists_reads_filters_and_tails_a_log()
    {
        await using var gateway = await Gateway.StartAsync();
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await AwsAsync(gateway, "create-log-group", "--log-group-name", "/team/app", "--tags", "env=prod");
        await AwsAsync(gateway, "put-retention-policy", "--log-group-name", "/team/app", "--retention-in-days", "30");
        await AwsAsync(gateway, "create-log-stream", "--log-group-name", "/team/app", "--log-stream-name", "one/two");
        var put = JsonNode.Parse(await AwsAsync(gateway, "put-log-events", "--log-group-name", "/team/app", "--log-stream-name", "one/two", "--log-events",
            $$"""[{"timestamp":{{now - 2000}},"message":"ERROR first"},{"timestamp":{{now - 1000}},"message":"fine"},{"timestamp":{{now}},"message":"ERROR Grüße"}]"""))!;
        Assert.Null(put["rejectedLogEventsInfo"]);

        var group = Assert.Single(JsonNode.Parse(await AwsAsync(gateway, "describe-log-groups", "--log-group-name-prefix", "/team"))!["logGroups"]!.AsArray())!;
        Assert.Equal((30, "arn:aws:logs:us-east-1:000000000000:log-group:/team/app:*"), (group["retentionInDays"]!.GetValue<int>(), group["arn"]!.GetValue<string>()));
        var stream = Assert.Single(JsonNode.Parse(await AwsAsync(gateway, "describe-log-streams", "--log-group-name", "/team/app", "--order-by", "LastEventTime", "--descending"))!["logStreams"]!.AsArray())!;
        Assert.Equal(now, stream["lastEventTimestamp"]!.GetValue<long>());
        var read = JsonNode.Parse(await AwsAsync(gateway, "get-log-events", "--log-group-name", "/team/app", "--log-stream-name", "one/two", "--start-from-head"))!;
        Assert.Equal(["ERROR first", "fine", "ERROR Grüße"], read["events"]!.AsArray().Select(e => e!["message"]!.GetValue<string>()));
        var filtered = JsonNode.Parse(await AwsAsync(gateway, "filter-log-events", "--log-group-name", "/team/app", "--filter-pattern", "ERROR -first", "--page-size", "1"))!;
        Assert.Equal(["ERROR Grüße"], filtered["events"]!.AsArray().Select(e => e!["message"]!.GetValue<string>()));
        var tail = await AwsAsync(gateway, "tail", "/team/app", "--since", "1h", "--format", "short");
        Assert.Equal(["ERROR first", "fine", "ERROR Grüße"], tail.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[(line.IndexOf(' ') + 1)..]));

        Assert.Equal("prod", JsonNode.Parse(await AwsAsync(gateway, "list-tags-for-resource", "--resource-arn", "arn:aws:logs:us-east-1:000000000000:log-group:/team/app"))!["tags"]!["env"]!.GetValue<string>());
        await AwsAsync(gateway, "tag-resource", "--resource-arn", "arn:aws:logs:us-east-1:000000000000:log-group:/team/app", "--tags", "a=b");
        await AwsAsync(gateway, "untag-resource", "--resource-arn", "arn:aws:logs:us-east-1:000000000000:log-group:/team/app", "--tag-keys", "env");
        await AwsAsync(gateway, "delete-retention-policy", "--log-group-name", "/team/app");
        await AwsAsync(gateway, "delete-log-stream", "--log-group-name", "/team/app", "--log-stream-name", "one/two");
        await AwsAsync(gateway, "delete-log-group", "--log-group-name", "/team/app");
        Assert.Empty(JsonNode.Parse(await AwsAsync(gateway, "describe-log-groups"))!["logGroups"]!.AsArray());
    }

    private static async Task<string> AwsAsync(Gateway gateway, params string[] arguments)
    {
        var result = await Child.RunAsync(AwsCli.Command(gateway, AwsCli.AnyVersion, ["--endpoint-url", gateway.Endpoint, "--output", "json", "logs", .. arguments]));
        Assert.True(result.ExitCode == 0, $"aws logs {string.Join(' ', arguments)}: {result.All}");
        return result.Output;
    }
}
