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

    [Fact]
    public async Task Aws_follows_a_log_while_it_is_written_and_pages_through_it_both_ways()
    {
        await using var gateway = await Gateway.StartAsync();
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        string[] stream = ["--log-group-name", "/team/app", "--log-stream-name", "one"];
        await AwsAsync(gateway, "create-log-group", "--log-group-name", "/team/app");
        await AwsAsync(gateway, ["create-log-stream", .. stream]);
        Task PutAsync(int from, int count) => AwsAsync(gateway, ["put-log-events", .. stream, "--log-events",
            "[" + string.Join(',', Enumerable.Range(from, count).Select(i => $$"""{"timestamp":{{now + (i / 2)}},"message":"number {{i}} is {{(i % 2 == 0 ? "even" : "odd")}}"}""")) + "]"]);

        // Events of one moment, and such as come between two looks, each come once.
        await PutAsync(0, 3);
        await using var tail = Child.Start(AwsCli.Command(gateway, AwsCli.AnyVersion, "--endpoint-url", gateway.Endpoint, "logs", "tail", "/team/app", "--follow", "--format", "short", "--filter-pattern", "is -odd"));
        await tail.Output.WaitForAsync(new("number 2 is even"));
        await PutAsync(3, 3);
        await tail.Output.WaitForAsync(new("number 4 is even"));
        await PutAsync(6, 1);
        await tail.Output.WaitForAsync(new("number 6 is even"));
        Assert.Equal(["0", "2", "4", "6"], tail.Output.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[2]));

        async Task<(string[] Messages, string Forward, string Backward)> PageAsync(params string[] more)
        {
            var page = JsonNode.Parse(await AwsAsync(gateway, ["get-log-events", .. stream, "--limit", "3", .. more]))!;
            return ([.. page["events"]!.AsArray().Select(e => e!["message"]!.GetValue<string>().Split(' ')[1])], (string)page["nextForwardToken"]!, (string)page["nextBackwardToken"]!);
        }
        var first = await PageAsync("--start-from-head");
        var second = await PageAsync("--next-token", first.Forward);
        var third = await PageAsync("--next-token", second.Forward);
        var end = await PageAsync("--next-token", third.Forward);
        Assert.Equal(["0,1,2", "3,4,5", "6", ""], new[] { first, second, third, end }.Select(page => string.Join(',', page.Messages)));
        Assert.Equal(third.Forward, end.Forward); // the sign that there is no more
        Assert.Equal(["3", "4", "5"], (await PageAsync("--next-token", third.Backward)).Messages);
        Assert.Equal(["4", "5", "6"], (await PageAsync()).Messages);
        Assert.Equal(["1", "2", "3"], (await PageAsync("--next-token", (await PageAsync()).Backward)).Messages);
        await PutAsync(7, 1);
        Assert.Equal(["7"], (await PageAsync("--next-token", end.Forward)).Messages);
    }

    private static async Task<string> AwsAsync(Gateway gateway, params string[] arguments)
    {
        var result = await Child.RunAsync(AwsCli.Command(gateway, AwsCli.AnyVersion, ["--endpoint-url", gateway.Endpoint, "--output", "json", "logs", .. arguments]));
        Assert.True(result.ExitCode == 0, $"aws logs {string.Join(' ', arguments)}: {result.All}");
        return result.Output;
    }
}
