using System.Text.Json.Nodes;
using Postern.Conformance.Support;
using Postern.Conformance.Support.Servers;

namespace Postern.Conformance.Peers;

/// <summary>Events of two gateways on one database: told once in the ordinary case, in order for each session, and all of them when one gateway is killed.</summary>
public sealed class PairEventTests
{
    /// <summary>Longer than a gateway that is gone keeps its targets.</summary>
    private static readonly TimeSpan TakenOver = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task A_target_gets_each_event_once_in_order_and_misses_none_when_either_gateway_is_killed()
    {
        await using var receiver = new HookServer();
        await using var pair = await Pair.StartAsync("--webhook-allow", "127.0.0.0/8");
        await MakeRuleAsync(pair.First, receiver);

        List<string> sessions = [];
        foreach (var gateway in new[] { pair.First, pair.Second, pair.First })
        {
            var (shell, id) = await pair.OpenAsync(gateway);
            await using (shell)
            {
                await shell.TypeAsync("exit");
                await shell.ExitAsync();
            }
            sessions.Add(id);
        }
        foreach (var id in sessions)
            await Deadline.UntilAsync($"the end of {id}", () => TypesOf(receiver, id).Contains("Session Ended"), TakenOver);
        Assert.All(sessions, id => Assert.Equal(["Session Started", "Session Connected", "Session Ended"], TypesOf(receiver, id).Where(type => type is not ("Session Disconnected" or "Session Resumed"))));
        Assert.Equal(receiver.Taken.Count, receiver.Taken.Select(one => one["id"]!.GetValue<string>()).Distinct().Count());

        // One of the two has the target: it is killed in one of these rounds.
        foreach (var (killed, other, name) in new[] { (pair.Second, pair.First, "one"), (pair.First, pair.Second, "two") })
        {
            await PutAsync(killed, $"{name}-before");
            await killed.KillAsync();
            await PutAsync(other, $"{name}-after");
            await Deadline.UntilAsync($"the events around the end of a gateway ({name})", () => Names(receiver).Contains($"{name}-before") && Names(receiver).Contains($"{name}-after"), TakenOver);
            await killed.StartAgainAsync();
        }
    }

    private static IReadOnlyList<string> TypesOf(HookServer receiver, string session)
        => [.. receiver.Taken.Where(one => one["detail"]?["sessionId"]?.GetValue<string>() == session).Select(one => one["detail-type"]!.GetValue<string>())];

    private static List<string?> Names(HookServer receiver) => [.. receiver.Taken.Select(one => one["detail"]?["name"]?.GetValue<string>())];

    private static Task PutAsync(Gateway gateway, string name)
        => AwsAsync(gateway, "put-events", "--entries", new JsonArray(new JsonObject { ["Source"] = "own", ["DetailType"] = "Test", ["Detail"] = $$"""{"name":"{{name}}"}""" }).ToJsonString());

    private static async Task MakeRuleAsync(Gateway gateway, HookServer receiver)
    {
        var connection = (await AwsAsync(gateway, "create-connection", "--name", "hook", "--authorization-type", "BASIC", "--auth-parameters", """{"BasicAuthParameters":{"Username":"u","Password":"p"}}"""))["ConnectionArn"]!.GetValue<string>();
        var destination = (await AwsAsync(gateway, "create-api-destination", "--name", "hook", "--connection-arn", connection, "--invocation-endpoint", $"http://127.0.0.1:{receiver.Port}/", "--http-method", "POST"))["ApiDestinationArn"]!.GetValue<string>();
        await AwsAsync(gateway, "put-rule", "--name", "hook", "--event-pattern", """{"source":["postern.sessions","own"]}""");
        Assert.Equal(0, (await AwsAsync(gateway, "put-targets", "--rule", "hook", "--targets", new JsonArray(new JsonObject { ["Id"] = "1", ["Arn"] = destination }).ToJsonString()))["FailedEntryCount"]!.GetValue<int>());
    }

    private static async Task<JsonObject> AwsAsync(Gateway gateway, params string[] arguments)
    {
        var output = await Child.OutputOfAsync(AwsCli.Command(gateway, AwsCli.AnyVersion, ["--endpoint-url", gateway.Endpoint, "--output", "json", "events", .. arguments]));
        return string.IsNullOrWhiteSpace(output) ? [] : JsonNode.Parse(output)!.AsObject();
    }
}
