using System.Text.Json.Nodes;
using Postern.Conformance.Support;

namespace Postern.Conformance.Peers;

/// <summary>A gateway is killed; the others say what is lost as soon as they know, give nothing up that could come back, and end the rest once.</summary>
public sealed class LostGatewayTests
{
    /// <summary>A gateway is waited for for 20 s, and looked after every 5 s.</summary>
    private static readonly TimeSpan Noticed = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task What_a_killed_gateway_held_is_lost_until_it_is_back_and_ended_once_when_it_stays_away()
    {
        await using var pair = await Pair.StartAsync();
        var third = await pair.BesideAsync("third");
        var (shell, id) = await pair.OpenAsync(pair.First);
        await using var open = shell;
        await shell.AnswersAsync("word=kept; echo re''ady", "ready");
        await Deadline.UntilAsync("the node to be told of", async () => (await pair.EventsAsync(pair.Node.Id)).Count > 0);

        await pair.Second.KillAsync();
        await Deadline.UntilAsync("the node to be lost at both", async () => await StatusAsync(pair, pair.First) == "ConnectionLost" && await StatusAsync(pair, third) == "ConnectionLost", Noticed);
        Assert.Equal("notconnected", (await pair.First.Api.CallAsync("GetConnectionStatus", new { Target = pair.Node.Id }))["Status"]!.GetValue<string>());
        var refused = await pair.First.Api.TryAsync("StartSession", new { Target = pair.Node.Id });
        Assert.Equal("TargetNotConnected", refused.Error);
        Assert.Contains("It was connected to the gateway second, which has not been heard of since 20", refused.Text);
        await Deadline.UntilAsync("that to be told", async () => (await pair.EventsAsync(pair.Node.Id)).LastOrDefault() == "Node Offline");
        Assert.Contains(id, await pair.First.Api.ActiveSessionsAsync());

        // Back in time: nothing is lost but some seconds.
        await pair.Second.StartAgainAsync();
        await pair.Node.OnlineAsync();
        await shell.AnswersAsync("echo $word-$((40+3))", "kept-43");
        await Deadline.UntilAsync("that to be told, too", async () => (await pair.EventsAsync(pair.Node.Id)).LastOrDefault() == "Node Online");
        // The others hear of it when it has said where it is.
        await Deadline.UntilAsync("the first to see it", async () => await StatusAsync(pair, pair.First) == "Online", Noticed);
        Assert.Equal(["Node Online", "Node Offline", "Node Online"], (await pair.EventsAsync(pair.Node.Id)).TakeLast(3));

        // Away for longer than anybody waits.
        await pair.Second.KillAsync();
        await Deadline.UntilAsync("the node to be lost", async () => await StatusAsync(pair, pair.First) == "ConnectionLost", Noticed);
        await pair.SqlAsync("UPDATE gateways SET seen_at = seen_at - 33 * 60 * 1000 WHERE name = 'second'");
        await Deadline.UntilAsync("the session to be ended", async () => !(await pair.First.Api.ActiveSessionsAsync()).Contains(id), Noticed);
        var shown = JsonNode.Parse(await pair.OutputAsync(pair.First, "sessions", "show", id, "--json"))!.ToJsonString();
        Assert.Contains("\"Failed\"", shown);
        Assert.Contains("The gateway second, which ran this session, has not been heard of since 20", shown);
        await shell.ExitAsync();
        await Deadline.UntilAsync("the event of its end", async () => (await pair.EventsAsync(id)).Contains("Session Ended"));
        var recording = await Child.RunAsync(pair.Postern(pair.First, "recordings", "export", id));
        Assert.Contains("is on the gateway second, which cannot be reached from the gateway first", recording.Errors);

        // It comes back too late: the session stays ended, what was recorded of it is there.
        await pair.Second.StartAgainAsync();
        await pair.Node.OnlineAsync();
        await Deadline.UntilAsync("the recording to have an end", async () => (await pair.OutputAsync(pair.First, "recordings", "list", "--json")).Contains("Unfinished"));
        Assert.Contains("kept-43", await pair.OutputAsync(pair.First, "recordings", "export", id, "--format", "text"));
        Assert.DoesNotContain("taken over", pair.Second.Log);
        Assert.Empty(await pair.Second.Api.ActiveSessionsAsync());
        await Deadline.UntilAsync("its shell to be gone from the node", () => pair.Node.ProcessesOfSessions().Count == 0);
        Assert.Single(await pair.AuditAsync("SessionEnded"));
        Assert.Single(await pair.EventsAsync(id), type => type == "Session Ended");
    }

    [Fact]
    public async Task A_node_that_comes_to_another_gateway_is_online_there()
    {
        await using var pair = await Pair.StartAsync();
        await pair.Second.KillAsync();
        await pair.Node.StopAsync();
        var file = Path.Combine(pair.Node.Folder, "registration.json");
        var registration = await File.ReadAllTextAsync(file);
        Assert.Contains($":{pair.Second.Port}", registration);
        await File.WriteAllTextAsync(file, registration.Replace($":{pair.Second.Port}", $":{pair.First.Port}"));
        await File.WriteAllTextAsync(Path.Combine(pair.Node.Folder, CaOf(registration)), await File.ReadAllTextAsync(pair.First.CaFile));
        await Deadline.UntilAsync("the node to be lost", async () => await StatusAsync(pair, pair.First) == "ConnectionLost", Noticed);
        await pair.Node.StartAsync(pair.First);
        Assert.Equal("Online", await StatusAsync(pair, pair.First));
        await Deadline.UntilAsync("that to be told", async () => (await pair.EventsAsync(pair.Node.Id)).LastOrDefault() == "Node Online");
        await pair.Second.StartAgainAsync();
        await Deadline.UntilAsync("the one that is back to see it", async () => await StatusAsync(pair, pair.Second) == "Online", Noticed);
    }

    private static string CaOf(string registration) => JsonNode.Parse(registration)!["CaFile"]!.GetValue<string>();

    private static async Task<string> StatusAsync(Pair pair, Gateway gateway)
    {
        var filter = new { Key = "InstanceIds", Values = new[] { pair.Node.Id } };
        var answer = await gateway.Api.CallAsync("DescribeInstanceInformation", new { Filters = new[] { filter } });
        return answer["InstanceInformationList"]!.AsArray().Single()!["PingStatus"]!.GetValue<string>();
    }
}
