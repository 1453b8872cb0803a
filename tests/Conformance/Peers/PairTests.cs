using System.Text.Json.Nodes;
using Postern.Conformance.Support;

namespace Postern.Conformance.Peers;

/// <summary>Whoever is asked answers for both: a session, its node and its recording are on the second gateway, and the first is asked.</summary>
public sealed class PairTests
{
    [Fact]
    public async Task A_session_of_one_gateway_is_shown_watched_played_found_exported_and_terminated_at_the_other()
    {
        await using var pair = await Pair.StartAsync();
        var (shell, id) = await pair.OpenAsync(pair.First); // started at the first, run by the second
        await using (shell)
        {
            await shell.AnswersAsync("echo nee''dle-$((40+2))", "needle-42");

            Assert.Contains(id, await pair.OutputAsync(pair.First, "sessions"));
            var shown = JsonNode.Parse(await pair.OutputAsync(pair.First, "sessions", "show", id, "--json"))!;
            Assert.Equal("127.0.0.1", shown["sourceAddress"]?.GetValue<string>() ?? shown["SourceAddress"]?.GetValue<string>());
            await using (var watcher = TerminalProcess.Start(pair.Postern(pair.First, "watch", id)))
            {
                await watcher.SeesAsync("needle-42");
                await shell.AnswersAsync("echo la''ter", "later");
                await watcher.SeesAsync("later");
                Assert.Contains($"{id} terminated", await pair.OutputAsync(pair.First, "terminate", id));
                await shell.ExitAsync();
                await watcher.ExitAsync();
            }
        }

        await Deadline.UntilAsync("the recording to be listed", async () => (await pair.OutputAsync(pair.First, "recordings", "list")).Contains(id));
        Assert.Contains("needle-42", await pair.OutputAsync(pair.First, "recordings", "export", id, "--format", "text"));
        Assert.Contains("needle-42", await pair.OutputAsync(pair.First, "replay", id, "--speed", "1000"));
        await Deadline.UntilAsync("the line in the index of the second", async () => (await SearchAsync(pair, "needle-42")).Contains(id));

        // Each call stands in the log once, though two gateways had it.
        Assert.Single(await pair.AuditAsync("TerminateSession"));
        Assert.Single(await pair.AuditAsync("StartSession"));
        Assert.Single(await pair.AuditAsync("WatchSession"));
        Assert.All(await pair.AuditAsync("StartSession"), entry => Assert.Equal("127.0.0.1", entry["sourceIPAddress"]!.GetValue<string>()));
    }

    [Fact]
    public async Task While_a_gateway_is_away_the_other_says_what_cannot_be_had_and_answers_the_rest()
    {
        await using var pair = await Pair.StartAsync();
        var (shell, id) = await pair.OpenAsync(pair.Second);
        await using (shell)
        {
            await shell.AnswersAsync("echo nee''dle-$((40+2))", "needle-42");
            await shell.TypeAsync("exit");
            await shell.ExitAsync();
        }
        await Deadline.UntilAsync("the recording to have its end", async () =>
            (await pair.OutputAsync(pair.First, "recordings", "list", "--json")) is var list && list.Contains(id) && list.Contains("Complete"));
        var (open, _) = await pair.OpenAsync(pair.First);
        await using var going = open;
        await going.AnswersAsync("word=kept; echo re''ady", "ready");
        await pair.Second.KillAsync();

        var refused = await Child.RunAsync(pair.Postern(pair.First, "recordings", "export", id));
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("is on the gateway second, which cannot be reached from the gateway first", refused.Errors);
        Assert.Contains("the gateway second did not answer; its recordings were not searched", (await Child.RunAsync(pair.Postern(pair.First, "search", "needle-42"))).Errors);
        Assert.Contains(id, await pair.OutputAsync(pair.First, "sessions", "--history"));
        Assert.Contains(id, await pair.OutputAsync(pair.First, "sessions", "show", id));

        await pair.Second.StartAgainAsync();
        await going.AnswersAsync("echo $word-$((40+3))", "kept-43"); // its client asks the first for the way back
        await Deadline.UntilAsync("the first to reach it again", async () => (await Child.RunAsync(pair.Postern(pair.First, "recordings", "export", id, "--format", "text"))).Output.Contains("needle-42"));
    }

    [Fact]
    public async Task What_is_deleted_or_deregistered_at_one_gateway_is_gone_from_the_other()
    {
        await using var pair = await Pair.StartAsync();
        var (shell, id) = await pair.OpenAsync(pair.Second);
        await using (shell)
        {
            await shell.AnswersAsync("echo nee''dle-$((40+2))", "needle-42");
            var open = await Child.RunAsync(pair.Postern(pair.First, "recordings", "delete", id));
            Assert.Contains("is still written", open.Errors);
            await shell.TypeAsync("exit");
            await shell.ExitAsync();
        }
        await Deadline.UntilAsync("the recording to have its end", async () => (await pair.OutputAsync(pair.First, "recordings", "list", "--json")).Contains("Complete"));
        await Deadline.UntilAsync("its line in the index", async () => (await SearchAsync(pair, "needle-42")).Contains(id));
        Assert.Single(Recordings(pair.Second));

        await pair.OutputAsync(pair.First, "recordings", "hold", id, "--reason", "case 7");
        Assert.Contains("case 7", (await Child.RunAsync(pair.Postern(pair.First, "recordings", "delete", id))).Errors);
        await pair.OutputAsync(pair.First, "recordings", "hold", id, "--release");
        await pair.OutputAsync(pair.First, "recordings", "delete", id);
        Assert.Empty(Recordings(pair.Second));
        Assert.DoesNotContain(id, await pair.OutputAsync(pair.Second, "recordings", "list"));
        Assert.DoesNotContain(id, await SearchAsync(pair, "needle-42"));
        Assert.Single(await pair.AuditAsync("DeleteRecording"), entry => entry["errorCode"] is null);
        Assert.Single(await pair.AuditAsync("RecordingRemoved"));

        var (last, ended) = await pair.OpenAsync(pair.First);
        await using (last)
        {
            await pair.First.Api.CallAsync("DeregisterManagedInstance", new { InstanceId = pair.Node.Id });
            await last.SeesAsync("The managed node was deregistered");
            await last.ExitAsync();
        }
        Assert.DoesNotContain(ended, await pair.First.Api.ActiveSessionsAsync());
        await Deadline.UntilAsync("the node to be let go", () => pair.Second.Log.Contains("The managed node was deregistered."));
        Assert.Single(await pair.AuditAsync("DeregisterManagedInstance"));
    }

    [Fact]
    public async Task A_gateway_notices_what_another_one_ended_without_reaching_it()
    {
        await using var pair = await Pair.StartAsync();
        // What a gateway writes that cannot reach the other one.
        var (shell, id) = await pair.OpenAsync(pair.Second);
        await using (shell)
        {
            await pair.SqlAsync($"UPDATE sessions SET state = 'Terminating', details = 'Terminated by root.', output = 'Terminated by root.' WHERE id = '{id}'");
            await shell.SeesAsync("Terminated by root");
            await shell.ExitAsync();
        }
        await Deadline.UntilAsync("it to be over", async () => !(await pair.First.Api.ActiveSessionsAsync()).Contains(id));
        var (other, _) = await pair.OpenAsync(pair.Second);
        await using (other)
        {
            await pair.SqlAsync($"UPDATE nodes SET state = 'Deregistered', gateway = NULL WHERE id = '{pair.Node.Id}'");
            await other.SeesAsync("The managed node was deregistered");
            await other.ExitAsync();
        }
    }

    private static string[] Recordings(Gateway gateway) => Directory.GetFiles(Path.Combine(gateway.Folder, "recordings"), "*.prec", SearchOption.AllDirectories);

    private static async Task<string> SearchAsync(Pair pair, string text) => (await Child.RunAsync(pair.Postern(pair.First, "search", text))).Output;
}
